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

    private LayerLoader(WeightLoader weights, LayerSet layers, bool fewRows)
    {
        (_weights, _layers) = (weights, layers);
        Compute = fewRows ? weights.Compute : weights.Compute with { Precision = NumberFormat.ManyRows(weights.Compute) };
    }

    /// <summary>Where and how to compute.</summary>
    public ComputeOptions Compute { get; }

    /// <summary>Builds a model and the set of its layers; what was made so far is released if that fails.</summary>
    /// <param name="weights">The weights; <see cref="WeightLoader.Finish"/> is called at the end.</param>
    /// <param name="build">Makes the model's parts.</param>
    /// <param name="fewRows">Whether few rows go through the model at a time, as a decoder's; for many, as encoders and projectors read them, 8-bit weights are none.</param>
    public static (T Model, LayerSet Layers) Load<T>(WeightLoader weights, Func<LayerLoader, T> build, bool fewRows = false)
    {
        using var scope = NewDisposeScope();
        using var noGrad = torch.no_grad();
        var layers = new LayerSet();
        try
        {
            var model = build(new LayerLoader(weights, layers, fewRows));
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
    public Tensor Weight(string name, params ReadOnlySpan<long> shape) => Keep(name, _weights.Take(name, shape));

    /// <summary>The same for a weight that was taken already; it is freed if it has to be moved.</summary>
    public Tensor Keep(string name, Tensor taken)
    {
        var weight = taken.MoveTo(Compute);
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
        return Register(name, new Linear(weight, offset, Compute));
    }

    /// <summary>A linear layer whose weight is stored as OpenAI's one-wide convolution, [in, out]: the other way round than everybody else's.</summary>
    public Linear Conv1D(string name, long inputs, long outputs) =>
        Register(name, new Linear(_weights.Take($"{name}.weight", inputs, outputs), _weights.Take($"{name}.bias", outputs), Compute, inputRows: true));

    /// <summary>A linear layer whose weight is another one of the model's, such as the embedding.</summary>
    /// <param name="weight">[out, in], float32 on the CPU; it stays its owner's.</param>
    public Linear Tied(Tensor weight) => _layers.Own(new Linear(weight.alias(), null, Compute));

    /// <summary>Linear layers over one input: one product for inference, each by itself where its weight is to be trained.</summary>
    /// <returns>Layers whose outputs, side by side, are those of the named ones in their order.</returns>
    public IReadOnlyList<Linear> Fused(IReadOnlyList<string> names, long inputs, long outputs, bool bias = true)
    {
        if (Compute.Trainable || names.Count == 1)
        {
            return [.. names.Select(name => Linear(name, inputs, outputs, bias))];
        }

        var weight = Stacked(names.Select(name => _weights.Take(LayerName.Of(name, "weight"), outputs, inputs)));
        var offset = bias ? Stacked(names.Select(name => _weights.Take(LayerName.Of(name, "bias"), outputs))) : null;
        return [_layers.Own(new Linear(weight, offset, Compute))];
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

    private Linear Register(string name, Linear linear)
    {
        _layers.Own(linear);
        _layers.Add(name, linear);
        if (linear.HasPlainWeight)
        {
            Register(LayerName.Of(name, "weight"), linear.Weight);
            if (linear.Bias is { } bias)
            {
                Register(LayerName.Of(name, "bias"), bias);
            }
        }

        return linear;
    }

    private void Register(string name, Tensor weight)
    {
        weight.requires_grad = Compute.Trainable;
        _layers.Add(name, weight);
    }
}
