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
    private readonly string _folder;

    private SiglipImageEncoder(SiglipVisionTower tower, LayerSet layers, ImagePreprocessor preprocessor, ComputeOptions compute, ModelFolder folder)
    {
        (_tower, _layers, _compute, _folder) = (tower, layers, compute, folder.Path);
        Preprocessor = preprocessor;
        _identity = new(() => Identify(folder.Id));
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
    string ISavablePart.Kind => "siglip";

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
        var options = compute ?? new();
        options.Validate();
        var config = SiglipConfig.Vision(folder.Config);
        var preprocessor = ImagePreprocessor.Load(folder.Path);
        using var loader = new WeightLoader(folder.Weights, options, new SiglipNames(folder.Weights));
        loader.Ignore(name => name.StartsWith("text_", StringComparison.Ordinal) || name is "logit_scale" or "logit_bias");
        var (tower, layers) = LayerLoader.Load(loader, l => new SiglipVisionTower(config, l));
        return new SiglipImageEncoder(tower, layers, preprocessor, options, folder);
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The pixels have another shape.</exception>
    public Tensor Encode(Tensor pixels) => Gives == ImageFeatures.Embedding ? _tower.Embed(pixels) : _tower.EmbedTokens(pixels);

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <inheritdoc/>
    void ISavablePart.Save(string path, JsonObject description)
    {
        if (Gives != ImageFeatures.Embedding)
        {
            description[ClipImageEncoder.GivesName] = Gives.ToString();
        }

        Save(path);
    }

    /// <summary>Writes what the encoder was loaded from as a folder in Hugging Face's form, with this tower's weights where they were trained.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of the form's names are replaced.</param>
    /// <exception cref="CaptioningException">A file can't be written, or what the encoder was loaded from isn't there any more.</exception>
    public void Save(string folder)
    {
        if (!_compute.Trainable)
        {
            ModelFolderWriter.Copy(_folder, folder);
            return;
        }

        using var trained = new MemoryTensors("the encoder in training", NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));
        using var stored = TensorFiles.Open(_folder);
        using var weights = new OverlaidTensors(stored, trained, beginning: "", new SiglipNames(stored));
        ModelFolderWriter.Write(_folder, folder, weights);
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

    private ModelIdentity Identify(string id)
    {
        using var folder = ModelFolder.Open(_folder);
        return ModelIdentity.Of(folder) with { Id = id, Computation = $"{_compute.Precision} on {_compute.Device}" };
    }
}
