using ClipGpt2.Captioning.Encoders.Transformer;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>Fresh weights by torch's default rules, drawn from a generator of their own: the same seed gives the same weights.</summary>
/// <remarks>
/// Source: <c>reset_parameters</c> of <c>torch.nn.Linear</c> and <c>LayerNorm</c>. Draws are made in the order of the calls, so that modules built
/// in Python in the same order after <c>torch.manual_seed</c> have the same weights.
/// </remarks>
internal sealed class InitialWeights : ITensorSource
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorInfo> _infos = new(StringComparer.Ordinal);
    private readonly Generator _generator;

    public InitialWeights(string location, long seed)
    {
        TorchRuntime.Load();
        Location = location;
        _generator = new Generator((ulong)seed, CPU);
    }

    public string Location { get; }

    public IReadOnlyDictionary<string, TensorInfo> Tensors => _infos;

    /// <summary>A linear layer: uniform within one over the root of its inputs.</summary>
    public void Linear(string name, long inputs, long outputs, bool bias = true)
    {
        // The bound as torch comes to it: kaiming_uniform_ with a = sqrt(5).
        var bound = Math.Sqrt(3) * (Math.Sqrt(2.0 / (1 + 5)) / Math.Sqrt(inputs));
        Add(LayerName.Of(name, "weight"), empty(outputs, inputs).uniform_(-bound, bound, _generator));
        if (bias)
        {
            var biasBound = 1 / Math.Sqrt(inputs);
            Add(LayerName.Of(name, "bias"), empty(outputs).uniform_(-biasBound, biasBound, _generator));
        }
    }

    /// <summary>A layer normalisation that changes nothing yet.</summary>
    public void Norm(string name, long size)
    {
        Add(LayerName.Of(name, "weight"), ones(size));
        Add(LayerName.Of(name, "bias"), zeros(size));
    }

    /// <summary>A table of standard normal values.</summary>
    public void Normal(string name, long rows, long columns) => Add(name, randn(rows, columns, generator: _generator));

    public Tensor Read(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor.clone()
        : throw new CheckpointFormatException($"{Location} have no tensor '{name}'.");

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }

        _generator.Dispose();
    }

    private void Add(string name, Tensor tensor)
    {
        _tensors.Add(name, tensor.DetachFromDisposeScope());
        _infos.Add(name, new TensorInfo(name, "F32", tensor.shape, tensor.numel() * sizeof(float)));
    }
}
