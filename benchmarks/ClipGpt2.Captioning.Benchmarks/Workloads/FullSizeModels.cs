using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>ViT-B/32 and GPT-2 small, ours and the peer's, over the same weights; each is loaded when it is first asked for.</summary>
internal sealed class FullSizeModels : IDisposable
{
    private static readonly ClipVisionConfig VitB32 = new() { ImageSize = ClipPeer.ImageSize, ProjectionSize = ClipPeer.EmbeddingDimension };

    private const long ProjectorSeed = 17;

    private static readonly ProjectorConfig ProjectorSizes = new()
    {
        Kind = LinearTanhProjector.Kind,
        PrefixLength = DecodingFamily.PrefixLength,
        EmbeddingDimension = ClipPeer.EmbeddingDimension,
        HiddenSize = Gpt2Peer.HiddenSize,
    };

    /// <summary>The number formats to measure: bfloat16 only where the processor multiplies it.</summary>
    public static IReadOnlyList<Precision> Precisions { get; } =
        OneDnn.HasBFloat16 ? [Precision.Float32, Precision.BFloat16, Precision.Int8Weights] : [Precision.Float32, Precision.Int8Weights];

    private readonly Stack<IDisposable> _owned = [];
    private readonly Dictionary<object, double?> _megabytes = [];
    private readonly Lazy<PeerModel> _clipWeights;
    private readonly Lazy<PeerModel> _gpt2Weights;
    private readonly Dictionary<PeerThreads, ClipPeer> _clipPeers = [];
    private readonly Dictionary<PeerThreads, Gpt2Peer> _gpt2Peers = [];
    private readonly Dictionary<Precision, ClipImageEncoder> _encoders = [];
    private readonly Dictionary<Precision, LinearTanhProjector> _projectors = [];
    private readonly Dictionary<Precision, Gpt2CaptionDecoder> _decoders = [];

    public FullSizeModels()
    {
        _clipWeights = new(() => Own(new PeerModel("clip-vit-b32.json")));
        _gpt2Weights = new(() => Own(new PeerModel("gpt2.json")));
    }

    /// <summary>The peer in each way of running it.</summary>
    public static IReadOnlyList<PeerThreads> AllPeers { get; } = Enum.GetValues<PeerThreads>();

    public ClipPeer OnnxClip(PeerThreads threads)
    {
        if (!_clipPeers.TryGetValue(threads, out var peer))
        {
            TinyPeers.VerifyClip();
            _clipPeers[threads] = peer = Own(new ClipPeer(_clipWeights.Value, threads));
            PeerChecks.Verify(peer, _clipWeights.Value.Manifest.Check);
        }

        return peer;
    }

    public Gpt2Peer OnnxGpt2(PeerThreads threads)
    {
        if (!_gpt2Peers.TryGetValue(threads, out var peer))
        {
            TinyPeers.VerifyGpt2();
            _gpt2Peers[threads] = peer = Own(new Gpt2Peer(_gpt2Weights.Value, threads));
            PeerChecks.Verify(peer, _gpt2Weights.Value.Manifest.Check);
        }

        return peer;
    }

    public ClipImageEncoder Encoder(Precision precision)
    {
        if (!_encoders.TryGetValue(precision, out var encoder))
        {
            using var source = _clipWeights.Value.Tensors();
            var compute = new ComputeOptions { Precision = precision };
            _encoders[precision] = encoder = Own(Weighed(() => ClipImageEncoder.Load(VitB32, source, ImagePreprocessor.ClipVitBasePatch32, compute)));
        }

        return encoder;
    }

    public Gpt2CaptionDecoder Decoder(Precision precision)
    {
        if (!_decoders.TryGetValue(precision, out var decoder))
        {
            using var source = Gpt2Tensors();
            var compute = new ComputeOptions { Precision = precision };
            _decoders[precision] = decoder = Own(Weighed(() => new Gpt2CaptionDecoder(Gpt2Model.Create(new Gpt2Config(), source, compute))));
        }

        return decoder;
    }

    /// <summary>The reference program's projector with random weights, the same ones for all precisions.</summary>
    public LinearTanhProjector Projector(Precision precision)
    {
        if (!_projectors.TryGetValue(precision, out var projector))
        {
            _projectors[precision] = projector = Own(LinearTanhProjector.CreateFresh(ProjectorSizes, ProjectorSeed, new ComputeOptions { Precision = precision }));
        }

        return projector;
    }

    /// <summary>The projector's weight [P * H, D] and bias [P * H], for the peer.</summary>
    public static (float[] Weight, float[] Bias) ProjectorWeights()
    {
        using var plain = LinearTanhProjector.CreateFresh(ProjectorSizes, ProjectorSeed, new ComputeOptions { Trainable = true });
        var parameters = plain.NamedParameters().Select(p => p.Value.data<float>().ToArray()).ToArray();
        return (parameters[0], parameters[1]);
    }

    /// <summary>GPT-2's weights, for whoever loads a model of its own.</summary>
    public ITensorSource Gpt2Tensors() => _gpt2Weights.Value.Tensors();

    public void Dispose()
    {
        while (_owned.TryPop(out var owned))
        {
            owned.Dispose();
        }
    }

    /// <summary>What the memory of a model that was loaded here grew by.</summary>
    public double? Megabytes(object model) => _megabytes[model];

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
