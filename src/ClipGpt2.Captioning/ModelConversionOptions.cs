using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning;

/// <summary>How a model is converted.</summary>
public sealed record ModelConversionOptions
{
    /// <summary>The type that floating-point weights are stored in.</summary>
    /// <value>The default is <see langword="null"/>: each weight's own.</value>
    public torch.ScalarType? FloatingType { get; init; }

    /// <summary>A folder whose tokenizer files (<c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer.json</c>, ...) are copied beside the weights.</summary>
    /// <value>The default is <see langword="null"/>: those of the source's folder, if it has some. OpenAI's files of weights have none.</value>
    public string? TokenizerFolder { get; init; }

    /// <summary>What a file of weights in OpenAI's form doesn't say.</summary>
    /// <value>The default goes by the file.</value>
    public ClipFileOptions ClipFile { get; init; } = new();

    /// <summary>Where model ids are looked up on disk.</summary>
    /// <value>The default is Hugging Face's cache in the user's folder.</value>
    public ModelSearchOptions ModelSearch { get; init; } = new();

    /// <exception cref="CaptioningException">Lists every value that can't be.</exception>
    internal void Validate()
    {
        var errors = new List<string>();
        if (FloatingType is not (null or torch.ScalarType.Float32 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16))
        {
            errors.Add($"{nameof(ModelConversionOptions)}.{nameof(FloatingType)} is {FloatingType}, it must be Float32, Float16 or BFloat16.");
        }

        if (TokenizerFolder is not null && !Directory.Exists(TokenizerFolder))
        {
            errors.Add($"{nameof(ModelConversionOptions)}.{nameof(TokenizerFolder)}: there is no folder '{TokenizerFolder}'.");
        }

        if (errors.Count > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, errors));
        }
    }
}
