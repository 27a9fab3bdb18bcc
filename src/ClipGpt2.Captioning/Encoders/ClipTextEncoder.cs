using ClipGpt2.Captioning.Encoders.Transformer;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>CLIP's text tower with its projection and its tokenizer: embeddings to compare with a <see cref="ClipImageEncoder"/>'s.</summary>
/// <remarks>
/// Source: transformers' <c>CLIPModel.get_text_features</c> behind <c>CLIPProcessor</c>'s tokenizer. Holds weights and nothing else: any number of
/// threads may call it.
/// </remarks>
public sealed class ClipTextEncoder : ITextEncoder, ITrainable
{
    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;
    private readonly ClipTextTower _tower;
    private readonly BatchEncodingOptions _batch;

    private ClipTextEncoder(ClipTextTower tower, LayerSet layers, ClipTokenizer tokenizer, ComputeOptions compute)
    {
        _tower = tower;
        _layers = layers;
        _compute = compute;
        Tokenizer = tokenizer;

        // Padding to the longest text is enough: the tower is causal, so that what stands behind a text's end doesn't change it.
        _batch = new BatchEncodingOptions { MaxLength = tower.Config.Positions, Truncation = TruncationMode.LongestFirst };
    }

    /// <inheritdoc/>
    public int EmbeddingDimension => _tower.Config.ProjectionSize;

    /// <summary>What turns texts into the tower's ids.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Loads the text tower of a full CLIP model's folder.</summary>
    /// <param name="folder">The folder, with the tokenizer's files; it isn't needed afterwards.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    /// <exception cref="TokenizerFormatException">A file of the tokenizer is missing or damaged.</exception>
    public static ClipTextEncoder Load(ModelFolder folder, ComputeOptions? compute = null)
    {
        var options = compute ?? new();
        options.Validate();
        var config = ClipConfig.Text(folder.Config);
        var tokenizer = ClipTokenizer.FromPretrained(folder.Path);
        using var loader = new WeightLoader(folder.Weights, options, new ClipNames());
        loader.Ignore(name => name.StartsWith("vision_", StringComparison.Ordinal) || name.StartsWith("visual_", StringComparison.Ordinal) || name is "logit_scale");
        var (tower, layers) = LayerLoader.Load(loader, l => new ClipTextTower(config, l));
        return new ClipTextEncoder(tower, layers, tokenizer, options);
    }

    /// <inheritdoc/>
    public Tensor Encode(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return zeros(0, EmbeddingDimension, device: _compute.TorchDevice);
        }

        var batch = Tokenizer.EncodeBatch(texts, _batch);
        using var ids = tensor(batch.Ids.ToArray(), [batch.Count, batch.Length]);
        return _tower.Embed(ids);
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <inheritdoc/>
    public void Dispose() => _layers.Dispose();
}
