using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's image tower, whose pooled vector is the embedding.</summary>
/// <remarks>
/// Source: Zhai et al. 2023; transformers' <c>SiglipModel.get_image_features</c>. Holds weights and nothing else: any number of threads may call it.
/// </remarks>
public sealed class SiglipImageEncoder : IImageEncoder, ITrainable, ISavablePart, IIdentifiedModel
{
    private readonly SiglipVisionTower _tower;
    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;
    private readonly Lazy<ModelIdentity> _identity;
    private readonly PartOrigin _origin;

    private SiglipImageEncoder(SiglipVisionTower tower, LayerSet layers, ImagePreprocessor preprocessor, ComputeOptions compute, string id, PartOrigin origin)
    {
        (_tower, _layers, _compute, _origin) = (tower, layers, compute, origin);
        Preprocessor = preprocessor;
        _identity = new(() => ModelIdentity.OfFolder(origin.Path) with { Id = id, Computation = $"{compute.Precision} on {compute.Device}" });
    }

    /// <inheritdoc/>
    public FeatureShape Features => Gives == ImageFeatures.Embedding ? new(_tower.Config.Transformer.HiddenSize) : _tower.Tokens;

    /// <summary>What it gives for a picture.</summary>
    public ImageFeatures Gives { get; private set; }

    /// <inheritdoc/>
    public ImagePreprocessor Preprocessor { get; }

    /// <inheritdoc/>
    /// <remarks>The files are hashed when it is first asked for, at about a second for 2 GB.</remarks>
    public ModelIdentity Identity => _identity.Value;

    /// <inheritdoc/>
    string ISavablePart.Kind => SiglipKind.Name;

    /// <inheritdoc/>
    PartOrigin ISavablePart.Origin => _origin;

    /// <summary>Loads the image tower of a SigLIP in Hugging Face's form.</summary>
    /// <param name="path">The folder, or its id in the cache on disk; with <c>preprocessor_config.json</c>.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <param name="gives">What it is to give for a picture.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is no SigLIP, or its weights don't fit its configuration.</exception>
    /// <exception cref="CaptioningException">It is to give a class token, which SigLIP doesn't have.</exception>
    public static SiglipImageEncoder FromPretrained(
        string path, ComputeOptions? compute = null, ModelSearchOptions? search = null, ImageFeatures gives = ImageFeatures.Embedding)
    {
        using var folder = ModelFolder.Open(path, search);
        return Load(folder, compute).Giving(gives);
    }

    /// <summary>Loads the image tower of a full SigLIP's folder, or of a vision model's.</summary>
    /// <param name="folder">The folder, with <c>preprocessor_config.json</c>; it isn't needed afterwards.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="CaptioningException">The folder holds another kind of model, or its weights don't fit its configuration, or a file is missing.</exception>
    public static SiglipImageEncoder Load(ModelFolder folder, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        _ = SiglipConfig.Vision(folder.Config); // another kind of model has another preprocessing, or none
        return Load(folder, compute ?? new(), ImagePreprocessor.Load(folder.Path), trained: null);
    }

    /// <param name="folder">The folder; it isn't needed afterwards.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <param name="preprocessor">How pictures become pixels.</param>
    /// <param name="trained">Weights to put in the place of the folder's; null for none.</param>
    internal static SiglipImageEncoder Load(ModelFolder folder, ComputeOptions compute, ImagePreprocessor preprocessor, ITensorSource? trained)
    {
        compute.Validate();
        var config = SiglipConfig.Vision(folder.Config);
        var names = new SiglipNames(folder.Weights);
        using var weights = trained is null ? null : new OverlaidTensors(folder.Weights, trained, namePrefix: "", names);
        using var loader = new WeightLoader(weights ?? folder.Weights, compute, names);
        loader.Ignore(name => name.StartsWith("text_", StringComparison.Ordinal) || name is "logit_scale" or "logit_bias");
        var (tower, layers) = LayerLoader.Load(loader, l => new SiglipVisionTower(config, l));
        return new SiglipImageEncoder(tower, layers, preprocessor, compute, folder.Id, new PartOrigin(folder.Path) { HoldsWeights = trained is null });
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The pixels have another shape.</exception>
    public Tensor Encode(Tensor pixels) => Gives == ImageFeatures.Embedding ? _tower.Embed(pixels) : _tower.EmbedTokens(pixels);

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <inheritdoc/>
    void ISavablePart.Describe(JsonObject description) =>
        EncoderDescription.Write(description, Gives, Preprocessor.Options.Squash, Preprocessor.Options.Transform is not ImageTransform.HuggingFace and var transform ? transform : null);

    /// <inheritdoc/>
    void ISavablePart.Save(string path) => Save(path);

    /// <summary>Writes what the encoder was loaded from as a folder in Hugging Face's form, with this tower's weights where they were trained.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of the form's names are replaced.</param>
    /// <exception cref="CaptioningException">A file can't be written, or what the encoder was loaded from isn't there any more.</exception>
    public void Save(string folder)
    {
        if (!_compute.Trainable)
        {
            ModelFolderWriter.Copy(
                _origin.HoldsWeights ? _origin.Path : throw new CaptioningException($"'{folder}' can't be written: the encoder's weights were packed for inference, and lie in no folder as they are. Load it with ComputeOptions.Trainable."),
                folder);
            return;
        }

        using var trained = new MemoryTensors("the encoder in training", NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));
        using var stored = TensorFiles.Open(_origin.Path);
        using var weights = new OverlaidTensors(stored, trained, namePrefix: "", new SiglipNames(stored));
        ModelFolderWriter.Write(_origin.Path, folder, weights);
    }

    /// <inheritdoc/>
    public void Dispose() => _layers.Dispose();

    /// <summary>Settles what the encoder gives, before anybody uses it; one that can't is disposed.</summary>
    /// <exception cref="CaptioningException">There is no class token to give.</exception>
    internal SiglipImageEncoder Giving(ImageFeatures gives)
    {
        if (gives == ImageFeatures.Tokens)
        {
            Dispose();
            throw new CaptioningException($"The encoder is a SigLIP, which has no class token to give: ask for {nameof(ImageFeatures)}.{nameof(ImageFeatures.Patches)}.");
        }

        Gives = gives;
        return this;
    }
}
