using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Fresh weights, drawn from a generator of their own: the same seed gives the same weights.</summary>
/// <remarks>
/// Draws are made in the order of the calls. <see cref="Linear"/> and <see cref="Norm"/> follow <c>reset_parameters</c> of <c>torch.nn.Linear</c> and
/// <c>LayerNorm</c>, so that modules built of them in Python in the same order after <c>torch.manual_seed</c> have the same weights.
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

    /// <summary>A linear layer of normal values around 0, its bias 0.</summary>
    /// <param name="name">What its weights' names begin with.</param>
    /// <param name="deviation">The weight's standard deviation.</param>
    /// <param name="shape">The weight's shape as the file has it.</param>
    /// <param name="bias">The bias's size; 0 for none.</param>
    public void NormalLinear(string name, double deviation, ReadOnlySpan<long> shape, long bias)
    {
        Normal(LayerName.Of(name, "weight"), deviation, shape);
        if (bias > 0)
        {
            Add(LayerName.Of(name, "bias"), zeros(bias));
        }
    }

    /// <summary>A layer normalisation that changes nothing yet.</summary>
    public void Norm(string name, long size)
    {
        Add(LayerName.Of(name, "weight"), ones(size));
        Add(LayerName.Of(name, "bias"), zeros(size));
    }

    /// <summary>Normal values around 0.</summary>
    public void Normal(string name, double deviation, params ReadOnlySpan<long> shape) => Add(name, empty(shape).normal_(0, deviation, _generator));

    /// <summary>The same value everywhere.</summary>
    public void Constant(string name, double value, params ReadOnlySpan<long> shape) => Add(name, ones(shape).TimesInPlace(value));

    /// <summary>A table of standard normal values.</summary>
    public void StandardNormal(string name, long rows, long columns) => Add(name, randn(rows, columns, generator: _generator));

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
