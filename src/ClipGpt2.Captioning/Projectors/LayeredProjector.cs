using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>A projector made of this library's layers: the common half of the reference program's and ClipCap's.</summary>
/// <remarks>Holds weights and nothing else: any number of threads may call one.</remarks>
public abstract class LayeredProjector : IPrefixProjector, ITrainable, ISavablePart
{
    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;

    private protected LayeredProjector(ProjectorConfig config, LayerSet layers, ComputeOptions compute)
    {
        Config = config;
        _layers = layers;
        _compute = compute;
    }

    /// <summary>The kind and the sizes.</summary>
    public ProjectorConfig Config { get; }

    /// <inheritdoc/>
    public FeatureShape Features => new(Config.EmbeddingDimension, Config.FeatureLength);

    /// <inheritdoc/>
    public int PrefixLength => Config.PrefixLength;

    /// <inheritdoc/>
    public int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The features are of another shape.</exception>
    public Tensor Project(Tensor features)
    {
        if (features.shape is not [> 0, ..] || !features.shape.AsSpan().SequenceEqual(Features.Of(features.shape[0])))
        {
            throw new CaptioningException(
                $"The projector takes features {Features}, and got [{string.Join(", ", features.shape)}]: encoder and projector don't belong together.");
        }

        return ForwardPass.Run(_compute, () => Map(Prepare(features)).view(-1, PrefixLength, HiddenSize));
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.Trained(_compute);

    /// <inheritdoc/>
    public void Dispose()
    {
        _layers.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The file that the weights came from, which is copied when a projector that was packed for inference is saved.</summary>
    internal string? SourceFile { get; set; }

    /// <inheritdoc/>
    string ISavablePart.Kind => Config.Kind;

    /// <inheritdoc/>
    void ISavablePart.Describe(JsonObject description)
    {
        foreach (var (name, value) in Config.ToJson())
        {
            description[name] = value?.DeepClone();
        }
    }

    /// <inheritdoc/>
    void ISavablePart.Save(string path)
    {
        if (_compute.Trainable)
        {
            SafetensorsWriter.Write(path, NamedParameters());
        }
        else
        {
            AtomicFile.Copy(
                SourceFile ?? throw new CaptioningException($"'{path}' can't be written: the projector's weights were packed for inference and came from no file; create it with ComputeOptions.Trainable."),
                path);
        }
    }

    /// <summary>The features as the layers take them; lengths are taken in float32, as ClipCap does.</summary>
    private Tensor Prepare(Tensor features)
    {
        if (!Config.NormalizeEmbeddings)
        {
            return features.to(_compute.HiddenType(), _compute.TorchDevice);
        }

        var plain = features.to(ScalarType.Float32, _compute.TorchDevice);
        return (plain / plain.norm(-1, keepdim: true, p: 2)).to(_compute.HiddenType());
    }

    /// <summary>Features, [B, D] or [B, T, D], to visual tokens in any shape that is [B, P, H] in memory.</summary>
    private protected abstract Tensor Map(Tensor features);

    /// <summary>A projector of this library's layers as a kind of part.</summary>
    /// <param name="name">The kind's name.</param>
    /// <param name="create">Creates one out of trained weights.</param>
    /// <param name="createFresh">Creates one with fresh weights.</param>
    private protected static PartKind<IPrefixProjector> KindOf(string name, Func<ProjectorConfig, WeightLoader, LayeredProjector> create, Func<ProjectorConfig, long, ComputeOptions?, LayeredProjector> createFresh) =>
        new(name, context => Load(context, create)) { CreateFresh = (context, seed) => createFresh(ProjectorConfig.Read(context.Description), seed, context.Compute) };

    private static LayeredProjector Load(PartContext context, Func<ProjectorConfig, WeightLoader, LayeredProjector> create)
    {
        using var stored = context.OpenWeights();
        using var weights = new WeightLoader(stored, context.Compute);
        var projector = create(ProjectorConfig.Read(context.Description), weights);
        projector.SourceFile = context.Stored is null ? context.Path : null;
        return projector;
    }

    /// <summary>Builds the layers out of named weights.</summary>
    private protected static (T Layers, LayerSet Set) Load<T>(WeightLoader weights, Func<LayerLoader, T> build)
    {
        weights.Compute.Validate();
        return LayerLoader.Load(weights, build);
    }

    /// <summary>Builds a projector out of fresh weights.</summary>
    private protected static T Initialize<T>(ProjectorConfig config, long seed, ComputeOptions? compute, Action<InitialWeights> fill, Func<ProjectorConfig, WeightLoader, T> create)
    {
        using var source = new InitialWeights($"fresh weights of a projector of kind '{config.Kind}'", seed);
        fill(source);
        using var weights = new WeightLoader(source, compute ?? new());
        return create(config, weights);
    }
}
