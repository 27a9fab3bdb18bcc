using System.Text.Json.Nodes;
using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace CustomParts.Projector;

/// <summary>An own projector: a linear layer and another one that says how much of each number passes (a gated linear unit; Dauphin et al. 2017).</summary>
internal sealed class GatedProjector : IPrefixProjector, ITrainable, ISavablePart
{
    public const string KindName = "gated";

    private readonly nn.Module<Tensor, Tensor> _layers;

    private GatedProjector(int embeddingDimension, int prefixLength, int hiddenSize)
    {
        (Features, PrefixLength, HiddenSize) = (new(embeddingDimension), prefixLength, hiddenSize);
        _layers = nn.Sequential(("both", nn.Linear(embeddingDimension, 2 * prefixLength * hiddenSize)), ("gate", nn.GLU()));
    }

    public FeatureShape Features { get; }

    public int PrefixLength { get; }

    public int HiddenSize { get; }

    /// <summary>The kind, for <c>CaptionerOptions.Parts</c>.</summary>
    public static PartKind<IPrefixProjector> Kind { get; } = new(KindName, Load);

    string ISavablePart.Kind => KindName;

    /// <summary>Creates the projector with fresh weights.</summary>
    public static GatedProjector CreateFresh(FeatureShape features, int prefixLength, int hiddenSize, long seed)
    {
        var projector = new GatedProjector(features.Size, prefixLength, hiddenSize);
        projector._layers.Draw(seed);
        return projector;
    }

    private static GatedProjector Load(PartContext context)
    {
        var sizes = context.Description;
        var projector = new GatedProjector(sizes.Int("embedding_dim"), sizes.Int("prefix_length"), sizes.Int("hidden_size"));
        projector._layers.Read(context);
        return projector;
    }

    public Tensor Project(Tensor features)
    {
        using var rows = _layers.call(features); // [B, P * H]
        return rows.view(-1, PrefixLength, HiddenSize);
    }

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _layers.ByName();

    void ISavablePart.Describe(JsonObject description) =>
        (description["embedding_dim"], description["prefix_length"], description["hidden_size"]) = (Features.Size, PrefixLength, HiddenSize);

    void ISavablePart.Save(string path) => SafetensorsWriter.Write(path, NamedParameters());

    public void Dispose() => _layers.Dispose();
}
