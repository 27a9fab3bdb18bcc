using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>ViT-B/16 and GPT-2 small with cross-attention, ours and the peer's, over the same weights; each is loaded when it is first asked for.</summary>
internal sealed class VisionModels : IDisposable
{
    private static readonly VitConfig VitB16 = new(
        new() { HiddenSize = VitPeer.HiddenSize, Layers = 12, Heads = 12, IntermediateSize = 4 * VitPeer.HiddenSize, Activation = Activation.Gelu, Epsilon = 1e-12 },
        new PatchSizes(TowerPeer.ImageSize, patch: 16, channels: 3),
        HasDistillationToken: false);

    private readonly Stack<IDisposable> _owned = [];
    private readonly Dictionary<object, double?> _megabytes = [];
    private readonly Lazy<PeerModel> _vitWeights;
    private readonly Lazy<PeerModel> _gpt2Weights;
    private readonly Dictionary<PeerThreads, VitPeer> _vitPeers = [];
    private readonly Dictionary<PeerThreads, Gpt2CrossPeer> _gpt2Peers = [];
    private readonly Dictionary<Precision, VitTower> _towers = [];
    private readonly Dictionary<Precision, Gpt2Model> _decoders = [];

    public VisionModels()
    {
        _vitWeights = new(() => Own(new PeerModel("vit-b16.json")));
        _gpt2Weights = new(() => Own(new PeerModel("gpt2-cross.json")));
    }

    public VitPeer OnnxVit(PeerThreads threads)
    {
        if (!_vitPeers.TryGetValue(threads, out var peer))
        {
            TinyPeers.VerifyVit();
            _vitPeers[threads] = peer = Own(new VitPeer(_vitWeights.Value, threads));
            PeerChecks.Verify(peer, _vitWeights.Value.Manifest.Check);
        }

        return peer;
    }

    public Gpt2CrossPeer OnnxGpt2(PeerThreads threads)
    {
        if (!_gpt2Peers.TryGetValue(threads, out var peer))
        {
            TinyPeers.VerifyGpt2Cross();
            _gpt2Peers[threads] = peer = Own(new Gpt2CrossPeer(_gpt2Weights.Value, threads));
            PeerChecks.Verify(peer, _gpt2Weights.Value.Manifest.Check);
        }

        return peer;
    }

    public VitTower Tower(Precision precision)
    {
        if (!_towers.TryGetValue(precision, out var tower))
        {
            using var source = _vitWeights.Value.Tensors();
            using var named = new RenamedTensors(source, name => Without("encoder.", name));
            using var weights = new WeightLoader(named, new ComputeOptions { Precision = precision }, new VitNames(named));
            _towers[precision] = tower = Weighed(() =>
            {
                var (loaded, layers) = LayerLoader.Load(weights, l => new VitTower(VitB16, l));
                Own(layers);
                return loaded;
            });
        }

        return tower;
    }

    public Gpt2Model Decoder(Precision precision)
    {
        if (!_decoders.TryGetValue(precision, out var decoder))
        {
            using var source = _gpt2Weights.Value.Tensors();
            using var named = new RenamedTensors(source, name => Without("decoder.", name));
            _decoders[precision] = decoder = Own(Weighed(() => Gpt2Model.Create(new Gpt2Config { AddCrossAttention = true }, named, new ComputeOptions { Precision = precision })));
        }

        return decoder;
    }

    /// <summary>What the memory of a model that was loaded here grew by.</summary>
    public double? Megabytes(object model) => _megabytes[model];

    public void Dispose()
    {
        while (_owned.TryPop(out var owned))
        {
            owned.Dispose();
        }
    }

    private static string? Without(string namePrefix, string name) => name.StartsWith(namePrefix, StringComparison.Ordinal) ? name[namePrefix.Length..] : null;

    private T Weighed<T>(Func<T> load)
        where T : notnull
    {
        var before = ProcessMemory.Private();
        var model = load();
        _megabytes[model] = (ProcessMemory.Private() - before) / 1e6;
        return model;
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }
}
