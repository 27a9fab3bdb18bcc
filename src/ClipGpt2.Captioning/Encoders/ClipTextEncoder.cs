using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
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

    /// <summary>Loads the text tower of a CLIP in any form: see <c>docs/checkpoints.md</c>.</summary>
    /// <param name="path">A folder in Hugging Face's or OpenCLIP's form, the id of one in the cache on disk, or a file of weights by OpenAI's names.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="options">What a file of weights doesn't say; null to go by the file.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <param name="tokenizerFolder">A folder with the tokenizer's files; null for the model's own.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is no CLIP with a text tower, or its weights don't fit its configuration.</exception>
    /// <exception cref="TokenizerFormatException">A file of the tokenizer is missing or damaged; a file of weights has none beside it.</exception>
    public static ClipTextEncoder FromPretrained(
        string path, ComputeOptions? compute = null, ClipFileOptions? options = null, ModelSearchOptions? search = null, string? tokenizerFolder = null)
    {
        using var source = ClipSource.Open(path, options, search);
        return Load(source, ClipTokenizer.FromPretrained(tokenizerFolder ?? source.TokenizerFolder ?? Path.GetDirectoryName(source.Path)!), compute ?? new());
    }

    /// <summary>Loads the text tower of a full CLIP model's folder.</summary>
    /// <param name="folder">The folder, with the tokenizer's files; it isn't needed afterwards.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    /// <exception cref="TokenizerFormatException">A file of the tokenizer is missing or damaged.</exception>
    public static ClipTextEncoder Load(ModelFolder folder, ComputeOptions? compute = null) =>
        Load(new HuggingFaceClipSource(folder), ClipTokenizer.FromPretrained(folder.Path), compute ?? new());

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The tokenizer doesn't end texts with the token at which the tower takes their embedding.</exception>
    public Tensor Encode(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return zeros(0, EmbeddingDimension, device: _compute.TorchDevice);
        }

        var batch = Tokenizer.EncodeBatch(texts, _batch);
        CheckEnds(batch, texts);
        using var ids = tensor(batch.Ids.ToArray(), [batch.Count, batch.Length]);
        return _tower.Embed(ids);
    }

    /// <summary>A text without its end would be pooled at its start, which is the same for all texts: every similarity would be one number.</summary>
    private void CheckEnds(TokenBatch batch, IReadOnlyList<string> texts)
    {
        var end = _tower.Config.EndId;
        for (var row = 0; row < batch.Count && end != ClipTextConfig.LargestId; row++)
        {
            if (!batch.IdsOf(row).Contains(end))
            {
                throw new CaptioningException(
                    $"The text '{texts[row]}' has no end: the model's configuration (text_config.eos_token_id) takes a text's embedding at the token {end}, and its tokenizer ends texts with {Tokenizer.EndOfTextId}. Put the tokenizer's id into the configuration, or the model's own tokenizer beside it.");
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <inheritdoc/>
    public void Dispose() => _layers.Dispose();

    private static ClipTextEncoder Load(ClipSource source, ClipTokenizer tokenizer, ComputeOptions compute)
    {
        compute.Validate();
        var config = source.NeedText();
        using var loader = new WeightLoader(source.Weights, compute, source.Names);
        loader.Ignore(source.IsBesideText);
        var (tower, layers) = LayerLoader.Load(loader, l => new ClipTextTower(config, l));
        return new ClipTextEncoder(tower, layers, tokenizer, compute);
    }
}
