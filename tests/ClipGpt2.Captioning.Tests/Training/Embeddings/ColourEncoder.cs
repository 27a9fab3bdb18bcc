using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Embeds a picture as its first pixels' values: quick, and other pictures give other embeddings.</summary>
internal sealed class ColourEncoder : IImageEncoder, IIdentifiedModel
{
    public const int Side = 2;

    private int _encoded;

    public FeatureShape Features => IsSequence ? new(3 * Side, Side) : new(3 * Side * Side);

    /// <summary>Whether the same numbers are given as a sequence of vectors.</summary>
    public bool IsSequence { get; init; }

    public ImagePreprocessor Preprocessor { get; init; } = new(new ImagePreprocessorOptions { ExactSize = new(Side, Side), CenterCrop = false });

    public ModelIdentity Identity { get; init; } = new("colours", new string('a', 64));

    /// <summary>Changes the embeddings before they are handed out.</summary>
    public Func<torch.Tensor, torch.Tensor> Change { get; init; } = embeddings => embeddings.clone();

    /// <summary>How many pictures went through it.</summary>
    public int Encoded => _encoded;

    public torch.Tensor Encode(torch.Tensor pixels)
    {
        Interlocked.Add(ref _encoded, (int)pixels.shape[0]);
        using var flat = pixels.view(Features.Of(pixels.shape[0]));
        return Change(flat);
    }

    public void Dispose()
    {
    }
}
