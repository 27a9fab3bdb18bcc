using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Both towers of CLIP: embeddings of pictures and texts in one space, and how well they match.</summary>
/// <remarks>
/// Source: Radford et al. 2021; transformers' <c>CLIPModel</c>. Inputs may be on any device; results are float32 on the model's, the caller's own,
/// and not normalised unless a summary says so. Holds weights and nothing else: any number of threads may call it.
/// </remarks>
public sealed class ClipModel : IDisposable, ITrainable
{
    private const string LogitScaleName = "logit_scale";

    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;
    private readonly Tensor _logitScale;
    private readonly ClipOrigin? _origin;

    private ClipModel(Parts parts, LayerSet layers, ComputeOptions compute, ClipOrigin? origin)
    {
        _origin = origin;
        (Vision, Text, _logitScale) = parts;
        _layers = layers;
        _compute = compute;
    }

    /// <summary>The size D of both kinds of embeddings.</summary>
    public int EmbeddingDimension => Vision.Config.ProjectionSize;

    internal IClipTower Vision { get; }

    internal ClipTextTower Text { get; }

    /// <summary>What the cosines are multiplied by, as its logarithm: a scalar.</summary>
    internal Tensor LogitScale => _logitScale;

    /// <summary>Loads a model in any form: see <c>docs/checkpoints.md</c>.</summary>
    /// <param name="path">A folder in Hugging Face's or OpenCLIP's form, the id of one in the cache on disk, or a file of weights by OpenAI's names.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="options">What a file of weights doesn't say; null to go by the file.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is no CLIP with both towers, or its weights don't fit its configuration.</exception>
    public static ClipModel FromPretrained(string path, ComputeOptions? compute = null, ClipFileOptions? options = null, ModelSearchOptions? search = null)
    {
        using var source = ClipSource.Open(path, options, search);
        return Load(source, compute ?? new(), options);
    }

    /// <summary>Loads a model in Hugging Face's form.</summary>
    /// <param name="folder">The folder; it isn't needed afterwards.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    public static ClipModel Load(ModelFolder folder, ComputeOptions? compute = null) =>
        Load(new HuggingFaceClipSource(folder), compute ?? new());

    internal static ClipModel Load(ClipVisionConfig vision, ClipTextConfig text, ITensorSource weights, ComputeOptions compute)
    {
        compute.Validate();
        using var loader = new WeightLoader(weights, compute, new ClipNames());
        var (parts, layers) = LayerLoader.Load(loader, l => new Parts(new ClipVisionTower(vision, l), new(text, l), l.Weight(LogitScaleName)));
        return new ClipModel(parts, layers, compute, origin: null);
    }

    private static ClipModel Load(ClipSource source, ComputeOptions compute, ClipFileOptions? options = null)
    {
        compute.Validate();
        var text = source.NeedText();
        using var loader = new WeightLoader(source.Weights, compute, source.Names);
        var (parts, layers) = LayerLoader.Load(loader, l => new Parts(source.Vision.CreateTower(l), new(text, l), l.Weight(LogitScaleName)));
        return new ClipModel(parts, layers, compute, new ClipOrigin(source.Path, source.Id, options));
    }

    /// <summary>Encodes preprocessed pictures, as <c>get_image_features</c>.</summary>
    /// <param name="pixels">Floating point [B, C, S, S].</param>
    /// <returns>[B, D].</returns>
    /// <exception cref="CaptioningException">The pixels have another shape.</exception>
    public Tensor EncodeImages(Tensor pixels) => Vision.Embed(pixels);

    /// <summary>Encodes tokenized texts, as <c>get_text_features</c>.</summary>
    /// <param name="tokenIds">Integers [B, T], each text's end token included.</param>
    /// <param name="mask">[B, T], 0 where a position is padding; without it padding after the end makes no difference to the embedding.</param>
    /// <returns>[B, D].</returns>
    /// <exception cref="CaptioningException">An id isn't in the vocabulary, a text is too long, or a shape is wrong.</exception>
    public Tensor EncodeTexts(Tensor tokenIds, Tensor? mask = null) => Text.Embed(tokenIds, mask);

    /// <summary>How well pictures and texts match: the scaled cosines that CLIP was trained on, <c>logits_per_image</c>.</summary>
    /// <param name="imageEmbeddings">[N, D].</param>
    /// <param name="textEmbeddings">[M, D].</param>
    /// <returns>[N, M].</returns>
    /// <exception cref="CaptioningException">The embeddings have other shapes.</exception>
    public Tensor Similarity(Tensor imageEmbeddings, Tensor textEmbeddings) => ForwardPass.Run(_compute, () =>
        Contrastive.Logits(imageEmbeddings, textEmbeddings, _logitScale));

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <summary>Writes the model as a folder: a <c>CLIPModel</c> in Hugging Face's form, or in OpenCLIP's if it has a ModifiedResNet, for which Hugging Face's has no names.</summary>
    /// <remarks>With the preprocessing and, where its files lie beside the weights, the tokenizer of what it was loaded from. <see cref="FromPretrained"/> reads the folder.</remarks>
    /// <param name="folder">The folder; it is made if it isn't there, and files of the form's names are replaced.</param>
    /// <exception cref="CaptioningException">A file can't be written, or what the model was loaded from isn't there any more.</exception>
    public void Save(string folder)
    {
        var origin = _origin ?? throw new CaptioningException($"'{folder}' can't be written: the model wasn't loaded from a folder or file.");
        using var trained = _compute.Trainable ? new MemoryTensors("the model in training", NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach()))) : null;
        using var source = origin.Open(folder);
        ClipFolderWriter.Write(source, folder, new ClipFolderOptions { Trained = trained });
    }

    /// <inheritdoc/>
    public void Dispose() => _layers.Dispose();

    private sealed record Parts(IClipTower Vision, ClipTextTower Text, Tensor LogitScale);
}
