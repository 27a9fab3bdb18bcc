using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>CLIP's image tower with its projection: the encoder of the reference program and of ClipCap.</summary>
/// <remarks>
/// Source: transformers' <c>CLIPVisionModelWithProjection</c> and <c>CLIPModel.get_image_features</c>. Holds weights and nothing else: any number
/// of threads may call it.
/// </remarks>
public sealed partial class ClipImageEncoder : IImageEncoder, ITrainable, ISavablePart, IIdentifiedModel
{
    private readonly ClipOrigin? _origin;
    private readonly Lazy<ModelIdentity> _identity;
    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;

    private ClipImageEncoder(IClipTower tower, LayerSet layers, ImagePreprocessor preprocessor, ComputeOptions compute, ClipOrigin? origin)
    {
        _origin = origin;
        _identity = new(Identify);
        Tower = tower;
        _layers = layers;
        _compute = compute;
        Preprocessor = preprocessor;
    }

    /// <inheritdoc/>
    public FeatureShape Features => Gives == ImageFeatures.Embedding
        ? new(Tower.Config.ProjectionSize)
        : Tower.Tokens with { Length = Tower.Tokens.Length - FirstToken };

    /// <summary>What it gives for a picture.</summary>
    public ImageFeatures Gives { get; private set; }

    /// <inheritdoc/>
    public ImagePreprocessor Preprocessor { get; }

    /// <inheritdoc/>
    /// <remarks>The files are hashed when it is first asked for, at about a second for 2 GB.</remarks>
    public ModelIdentity Identity => _identity.Value;

    internal IClipTower Tower { get; }

    /// <summary>The first token that is given where tokens are.</summary>
    private int FirstToken => Gives == ImageFeatures.Patches && Tower.HasClassToken ? 1 : 0;

    /// <summary>Loads the image tower of a CLIP in any form: see <c>docs/checkpoints.md</c>.</summary>
    /// <remarks>
    /// A vision transformer or a ModifiedResNet. Pictures are preprocessed as the form's own program does it: by <c>preprocessor_config.json</c>, by
    /// <c>open_clip_config.json</c>, or as <c>clip.load</c> of OpenAI.
    /// </remarks>
    /// <param name="path">
    /// A folder in Hugging Face's or OpenCLIP's form, the id of one in the cache on disk, or a file of weights by OpenAI's names: a state dict or a
    /// TorchScript archive of openai/CLIP, or one of OpenCLIP's.
    /// </param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="options">What a file of weights doesn't say; null to go by the file.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <param name="gives">What it is to give for a picture.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is no CLIP, or its weights don't fit its configuration.</exception>
    /// <exception cref="CaptioningException">It is a ModifiedResNet, and is to give a class token.</exception>
    public static ClipImageEncoder FromPretrained(
        string path, ComputeOptions? compute = null, ClipFileOptions? options = null, ModelSearchOptions? search = null, ImageFeatures gives = ImageFeatures.Embedding)
    {
        using var source = ClipSource.Open(path, options, search);
        return Load(source, source.LoadPreprocessor(), compute ?? new(), options).Giving(gives);
    }

    /// <summary>Loads the image tower of a full CLIP model's folder, or of a vision model's.</summary>
    /// <param name="folder">The folder, with <c>preprocessor_config.json</c>; it isn't needed afterwards.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">A file is missing.</exception>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    public static ClipImageEncoder Load(ModelFolder folder, ComputeOptions? compute = null) =>
        Load(folder, ImagePreprocessor.Load(folder.Path), compute);

    /// <summary>Loads the image tower, with another preprocessing than the folder's.</summary>
    /// <param name="folder">The folder; it isn't needed afterwards.</param>
    /// <param name="preprocessor">How pictures become pixels.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The encoder; dispose it. Of the preprocessing, a captioner that is saved keeps <see cref="ImagePreprocessorOptions.Squash"/>.</returns>
    /// <exception cref="ModelNotFoundException">A file is missing.</exception>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    public static ClipImageEncoder Load(ModelFolder folder, ImagePreprocessor preprocessor, ComputeOptions? compute = null) =>
        Load(new HuggingFaceClipSource(folder), preprocessor, compute ?? new());

    /// <summary>Creates an encoder with fresh weights by Hugging Face's rules, to be trained from nothing.</summary>
    /// <remarks>Source: transformers' <c>CLIPPreTrainedModel._init_weights</c>, with draws in the order of the tower's parts.</remarks>
    /// <param name="config">The sizes.</param>
    /// <param name="preprocessor">What makes its pixels of pictures; its results must be <see cref="ClipVisionConfig.ImageSize"/> high and wide.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU. To train or save it, ask for <see cref="ComputeOptions.Trainable"/>.</param>
    /// <param name="gives">What it is to give for a picture.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="CaptioningException">The sizes are out of range (all errors are listed), or the preprocessor makes other ones.</exception>
    public static ClipImageEncoder CreateFresh(
        ClipVisionConfig config, ImagePreprocessor preprocessor, long seed, ComputeOptions? compute = null, ImageFeatures gives = ImageFeatures.Embedding)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(preprocessor);
        RefuseOtherPictures(preprocessor, config.Checked().ImageSize, nameof(ClipVisionConfig));
        using var weights = ClipVisionInitialization.Draw(config, seed);
        return Load(config, weights, preprocessor, compute ?? new()).Giving(gives);
    }

    /// <summary>Creates an encoder with a fresh ModifiedResNet, to be trained from nothing.</summary>
    /// <remarks>
    /// Sources: He et al. 2015 for the kernels; openai/CLIP's <c>initialize_parameters</c> for the rest. Batch normalisation uses running statistics, which
    /// stay those of normal values: a tower of a few blocks learns with them, a deep one had better be trained elsewhere.
    /// </remarks>
    /// <param name="config">The sizes.</param>
    /// <param name="preprocessor">What makes its pixels of pictures; its results must be <see cref="ModifiedResNetConfig.ImageSize"/> high and wide.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU. To train or save it, ask for <see cref="ComputeOptions.Trainable"/>.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="CaptioningException">The sizes are out of range (all errors are listed), or the preprocessor makes other ones.</exception>
    public static ClipImageEncoder CreateFreshResNet(ModifiedResNetConfig config, ImagePreprocessor preprocessor, long seed, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(preprocessor);
        RefuseOtherPictures(preprocessor, config.Checked().ImageSize, nameof(ModifiedResNetConfig));
        using var weights = ModifiedResNetInitialization.Draw(config, seed);
        return Load(config, weights, preprocessor, compute ?? new());
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The pixels have another shape.</exception>
    public Tensor Encode(Tensor pixels) => Gives == ImageFeatures.Embedding ? Tower.Embed(pixels) : Tower.EmbedTokens(pixels, FirstToken);

    /// <summary>Encodes pictures and returns what lies on the way, for parts that want more than one vector.</summary>
    /// <param name="pixels">float32 [B, 3, H, W] on any device.</param>
    /// <param name="hiddenStates">Whether to return every block's output.</param>
    /// <returns>[B, T, H] and [B, H], the class token first; the caller's own.</returns>
    /// <exception cref="CaptioningException">The pixels have another shape.</exception>
    internal EncoderOutput EncodeAll(Tensor pixels, bool hiddenStates = false) => Tower.Forward(pixels, hiddenStates);

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <inheritdoc/>
    public void Dispose() => _layers.Dispose();

    /// <summary>Settles what the encoder gives, before anybody uses it; one that can't is disposed.</summary>
    /// <exception cref="CaptioningException">There is no class token to give.</exception>
    internal ClipImageEncoder Giving(ImageFeatures gives)
    {
        if (gives == ImageFeatures.Tokens && !Tower.HasClassToken)
        {
            Dispose();
            throw new CaptioningException($"The encoder is a ModifiedResNet, which has no class token to give: ask for {nameof(ImageFeatures)}.{nameof(ImageFeatures.Patches)}.");
        }

        Gives = gives;
        return this;
    }

    /// <summary>Loads the image tower of a source, which stays the caller's.</summary>
    /// <param name="source">The model.</param>
    /// <param name="preprocessor">How pictures become pixels.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <param name="options">What the source was opened with.</param>
    /// <param name="trained">Weights by the names that models ask by, in place of the source's; they stay the caller's.</param>
    internal static ClipImageEncoder Load(ClipSource source, ImagePreprocessor preprocessor, ComputeOptions compute, ClipFileOptions? options = null, ITensorSource? trained = null)
    {
        compute.Validate();
        var origin = new ClipOrigin(source.Path, source.Id, options);
        if (trained is not null)
        {
            using var weights = new OverlaidTensors(source.ModelNamed, trained, namePrefix: "", new ClipNames());
            return Load(source.Vision, weights, preprocessor, compute, origin with { IsBaseOnly = true });
        }

        using var loader = new WeightLoader(source.Weights, compute, source.Names);
        loader.Ignore(source.IsBesideVision);
        var (tower, layers) = LayerLoader.Load(loader, source.Vision.CreateTower);
        return new ClipImageEncoder(tower, layers, preprocessor, compute, origin);
    }

    /// <summary>Builds a tower of given sizes over weights by the names that models ask by.</summary>
    internal static ClipImageEncoder Load(IClipTowerConfig config, ITensorSource weights, ImagePreprocessor preprocessor, ComputeOptions compute, ClipOrigin? origin = null)
    {
        compute.Validate();
        using var loader = new WeightLoader(weights, compute, new ClipNames());
        loader.Ignore(HuggingFaceClipSource.IsBeside);
        var (tower, layers) = LayerLoader.Load(loader, config.CreateTower);
        return new ClipImageEncoder(tower, layers, preprocessor, compute, origin);
    }

    private static void RefuseOtherPictures(ImagePreprocessor preprocessor, int side, string config)
    {
        if (preprocessor.FixedSize != new ImageSize(side, side))
        {
            throw new CaptioningException(
                $"The preprocessor makes pictures of {(preprocessor.FixedSize is { } size ? $"{size.Height} x {size.Width}" : "any size")}, and {config}.{nameof(ClipVisionConfig.ImageSize)} is {side}: make them equal.");
        }
    }

    private ModelIdentity Identify() => _origin is not null
        ? _origin.Identify() with { Computation = $"{_compute.Precision} on {_compute.Device}" }
        : throw new CaptioningException("The encoder wasn't loaded from a model folder, so that there is no telling which model it is: load it with ClipImageEncoder.FromPretrained.");
}
