using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Makes layers out of named weights and keeps account of them for the model that owns them.</summary>
internal sealed class LayerLoader
{
    private readonly WeightLoader _weights;
    private readonly LayerSet _layers;

    private LayerLoader(WeightLoader weights, LayerSet layers)
    {
        (_weights, _layers) = (weights, layers);
        Compute = weights.Compute with { Precision = NumberFormat.ManyRows(weights.Compute) };
    }

    /// <summary>Where and how to compute: encoders and projectors read many rows at once, for which 8-bit weights are none.</summary>
    public ComputeOptions Compute { get; }

    /// <summary>Builds a model and the set of its layers; what was made so far is released if that fails.</summary>
    /// <param name="weights">The weights; <see cref="WeightLoader.Finish"/> is called at the end.</param>
    /// <param name="build">Makes the model's parts.</param>
    public static (T Model, LayerSet Layers) Load<T>(WeightLoader weights, Func<LayerLoader, T> build)
    {
        using var scope = NewDisposeScope();
        using var noGrad = torch.no_grad();
        var layers = new LayerSet();
        try
        {
            var model = build(new LayerLoader(weights, layers));
            weights.Finish();
            return (model, layers);
        }
        catch
        {
            layers.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _weights.Has(name);

    /// <summary>A weight that no layer holds, such as an embedding table.</summary>
    public Tensor Weight(string name, params ReadOnlySpan<long> shape)
    {
        var weight = _weights.Take(name, shape).MoveTo(Compute);
        _layers.Add(name, weight);
        return _layers.Own(weight);
    }

    public LayerNorm Norm(string name, long size, double epsilon)
    {
        var norm = _layers.Own(new LayerNorm(_weights.Take(LayerName.Of(name, "weight"), size), _weights.Take(LayerName.Of(name, "bias"), size), epsilon, Compute));
        _layers.Add(LayerName.Of(name, "weight"), norm.Weight);
        _layers.Add(LayerName.Of(name, "bias"), norm.Bias);
        return norm;
    }

    /// <summary>A linear layer with <c>name.weight</c> [out, in] and, unless it has none, <c>name.bias</c> [out].</summary>
    /// <param name="name">What its weights' names begin with.</param>
    /// <param name="inputs">in.</param>
    /// <param name="outputs">out.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <param name="weightScale">What to multiply the weight by; inference only.</param>
    /// <param name="biasScale">What to multiply the bias by; inference only.</param>
    public Linear Linear(string name, long inputs, long outputs, bool bias = true, double weightScale = 1, double biasScale = 1)
    {
        var weight = Scaled(_weights.Take(LayerName.Of(name, "weight"), outputs, inputs), weightScale);
        var offset = bias ? Scaled(_weights.Take(LayerName.Of(name, "bias"), outputs), biasScale) : null;
        var linear = _layers.Own(new Linear(weight, offset, Compute));
        if (Compute.Trainable)
        {
            Train(LayerName.Of(name, "weight"), linear.Weight);
            if (linear.Bias is { } trained)
            {
                Train(LayerName.Of(name, "bias"), trained);
            }
        }

        return linear;
    }

    /// <summary>Linear layers over one input: one product for inference, each by itself where its weight is to be trained.</summary>
    /// <returns>Layers whose outputs, side by side, are those of the named ones in their order.</returns>
    public IReadOnlyList<Linear> Fused(IReadOnlyList<string> names, long inputs, long outputs)
    {
        if (Compute.Trainable || names.Count == 1)
        {
            return [.. names.Select(name => Linear(name, inputs, outputs))];
        }

        var weight = Stacked(names.Select(name => _weights.Take(LayerName.Of(name, "weight"), outputs, inputs)));
        var bias = Stacked(names.Select(name => _weights.Take(LayerName.Of(name, "bias"), outputs)));
        return [_layers.Own(new Linear(weight, bias, Compute))];
    }

    /// <summary>Linear layers whose weights are stored above each other in one matrix; inference only.</summary>
    /// <param name="weight">The name of the matrix [sum of outputs, in].</param>
    /// <param name="bias">The name of the vector [sum of outputs].</param>
    /// <param name="inputs">in.</param>
    /// <param name="outputs">The outputs of each layer.</param>
    public IReadOnlyList<Linear> Parts(string weight, string bias, long inputs, params ReadOnlySpan<long> outputs)
    {
        var sizes = outputs.ToArray();
        using var matrix = _weights.Take(weight, sizes.Sum(), inputs);
        using var vector = _weights.Take(bias, sizes.Sum());
        var (matrices, vectors) = (matrix.split(sizes, 0), vector.split(sizes, 0));
        return [.. sizes.Select((_, i) => _layers.Own(new Linear(matrices[i], vectors[i], Compute)))];
    }

    /// <summary>A convolution with <c>convolution.weight</c> [out, in, K, K] and the batch normalisation behind it.</summary>
    public ConvolutionNorm ConvolutionNorm(string convolution, string norm, long inputs, long outputs, int kernel, int stride = 1)
    {
        var weights = _weights.Take($"{convolution}.weight", outputs, inputs, kernel, kernel);
        var statistics = new BatchStatistics(Channels("weight"), Channels("bias"), Channels("running_mean"), Channels("running_var"));
        var layer = _layers.Own(new ConvolutionNorm(weights, statistics, stride, Compute));
        if (layer.Norm is { } trained)
        {
            _layers.Add($"{convolution}.weight", layer.Kernel);
            _layers.Add($"{norm}.weight", trained.Weight);
            _layers.Add($"{norm}.bias", trained.Bias);
            _layers.AddStatistics($"{norm}.running_mean", trained.Mean);
            _layers.AddStatistics($"{norm}.running_var", trained.Variance);
        }

        return layer;

        Tensor Channels(string part) => _weights.Take($"{norm}.{part}", outputs);
    }

    /// <summary>A linear layer whose weight is stored in another shape, such as a convolution's kernel; inference only.</summary>
    public Linear Linear(string name, ReadOnlySpan<long> storedShape, long inputs, long outputs, bool bias)
    {
        using var weight = _weights.Take(LayerName.Of(name, "weight"), storedShape);
        return _layers.Own(new Linear(weight.reshape(outputs, inputs), bias ? _weights.Take(LayerName.Of(name, "bias"), outputs) : null, Compute));
    }

    private static Tensor Scaled(Tensor weight, double scale)
    {
        if (scale == 1)
        {
            return weight;
        }

        using (weight)
        {
            return weight.Times(scale);
        }
    }

    private static Tensor Stacked(IEnumerable<Tensor> taken)
    {
        var parts = taken.ToArray();
        var stacked = cat(parts, 0);
        Array.ForEach(parts, part => part.Dispose());
        return stacked;
    }

    private void Train(string name, Tensor weight)
    {
        weight.requires_grad = true;
        _layers.Add(name, weight);
    }
}
