using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

/// <summary>Weights of odd sizes with random values, and gradients that are drawn anew for each step: equal seeds give equal runs.</summary>
internal sealed class RandomWeights : IDisposable
{
    /// <summary>Below, at and beyond a vector's size, and beyond the block in which norms are summed.</summary>
    public static readonly long[][] Shapes = [[1], [7], [8], [3, 5], [33, 64], [129, 131]];

    private readonly Generator _generator;

    /// <summary>Draws the weights.</summary>
    /// <param name="seed">What all values come from.</param>
    /// <param name="type">The weights' type.</param>
    /// <param name="asParameters">Whether <see cref="Parameters"/> are wanted, which TorchSharp doesn't count when they are disposed.</param>
    public RandomWeights(int seed, ScalarType type = ScalarType.Float32, bool asParameters = false)
    {
        using var scope = NewDisposeScope();
        _generator = new Generator((ulong)seed);
        All =
        [
            .. Shapes.Select((shape, i) =>
            {
                var values = randn(shape, generator: _generator).to(type);
                var weight = asParameters ? new Parameter(values) : values.requires_grad_();
                return new TrainedWeight($"layer{i}.weight", weight.DetachFromDisposeScope(), PartRole.Decoder);
            }),
        ];
    }

    public IReadOnlyList<TrainedWeight> All { get; }

    /// <summary>The same weights as torch's own functions take them.</summary>
    public IEnumerable<Parameter> Parameters => All.Select(weight => (Parameter)weight.Weight);

    public Tensor this[int index] => All[index].Weight;

    /// <summary>Gives every weight, or those that are chosen, a gradient.</summary>
    public void DrawGradients(Func<int, bool>? chosen = null)
    {
        for (var i = 0; i < All.Count; i++)
        {
            using var scope = NewDisposeScope();
            var gradient = randn(this[i].shape, generator: _generator).to(this[i].dtype);
            this[i].grad = chosen?.Invoke(i) == false ? null : gradient;
        }
    }

    /// <summary>Draws what some steps would have drawn.</summary>
    public void Skip(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            DrawGradients();
        }
    }

    /// <summary>Replaces all weights' values.</summary>
    public void Set(float[] values)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var done = 0;
        foreach (var (_, weight, _) in All)
        {
            weight.copy_(tensor(values[done..(done + (int)weight.numel())]).view(weight.shape));
            done += (int)weight.numel();
        }
    }

    /// <summary>All weights' values, one after the other.</summary>
    public float[] Values() => [.. All.SelectMany(weight => Floats(weight.Weight))];

    /// <summary>All gradients' values.</summary>
    public float[] Gradients()
    {
        using var scope = NewDisposeScope();
        return [.. All.SelectMany(weight => Floats(weight.Weight.grad!))];
    }

    public void Dispose()
    {
        foreach (var weight in All)
        {
            weight.Weight.Dispose();
        }

        _generator.Dispose();
    }

    private static float[] Floats(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return [.. tensor.detach().to(ScalarType.Float32).data<float>()];
    }
}
