using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>A host's projector: a matrix and a sine. It says of itself that a file has its weights, which doesn't save a checkpoint from holding them.</summary>
internal sealed class HostProjector : IPrefixProjector, ITrainable, ISavablePart
{
    public const string Name = "host-sine";

    private const string Weight = "weight";

    private readonly Tensor _weight; // [P * H, D]
    private readonly PartOrigin? _origin;

    private HostProjector(ConfigSection sizes, Tensor weight, PartOrigin? origin)
    {
        (_weight, _origin) = (weight, origin);
        (PrefixLength, HiddenSize, Features) = (sizes.Int("prefix_length"), sizes.Int("hidden_size"), new((int)weight.shape[1]));
    }

    public static PartKind<IPrefixProjector> Kind { get; } = new(Name, Load) { CreateFresh = CreateFresh };

    public FeatureShape Features { get; }

    public int PrefixLength { get; }

    public int HiddenSize { get; }

    string ISavablePart.Kind => Name;

    PartOrigin? ISavablePart.Origin => _origin;

    public Tensor Project(Tensor features)
    {
        using var scope = NewDisposeScope();
        return features.matmul(_weight.t()).sin().view(-1, PrefixLength, HiddenSize).MoveToOuterDisposeScope();
    }

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => [new(Weight, _weight)];

    void ISavablePart.Describe(JsonObject description) => (description["prefix_length"], description["hidden_size"]) = (PrefixLength, HiddenSize);

    void ISavablePart.Save(string path) => SafetensorsWriter.Write(path, NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));

    public void Dispose() => _weight.Dispose();

    private static HostProjector Load(PartContext context)
    {
        using var weights = context.OpenWeights();
        return new HostProjector(context.Description, weights.Read(Weight), context.Origin);
    }

    private static HostProjector CreateFresh(PartContext context, long seed)
    {
        var sizes = context.Description;
        using var generator = new Generator((ulong)seed, CPU);
        return new(sizes, randn(sizes.Int("prefix_length") * sizes.Int("hidden_size"), sizes.Int("embedding_dim"), generator: generator), null);
    }
}
