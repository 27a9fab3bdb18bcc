using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>How GPT-2's files lay out their layers.</summary>
internal static class Gpt2Weights
{
    /// <summary>A linear layer that the file stores as OpenAI's one-wide convolution: [in, out], the other way round than everybody else.</summary>
    public static Linear Conv1D(WeightLoader weights, string name, int inputs, int outputs) =>
        Linear(weights.Take($"{name}.weight", inputs, outputs), weights.Take($"{name}.bias", outputs), weights.Compute, inputRows: true);

    /// <summary>A linear layer that takes ownership of its tensors and asks for their gradients if it trains.</summary>
    public static Linear Linear(Tensor weight, Tensor? bias, ComputeOptions compute, bool inputRows = false)
    {
        var linear = new Linear(weight, bias, compute, inputRows);
        if (compute.Trainable)
        {
            linear.Weight.requires_grad = true;
            linear.Bias?.requires_grad = true;
        }

        return linear;
    }

    public static LayerNorm LayerNorm(WeightLoader weights, string name, Gpt2Config config) =>
        new(weights.Take($"{name}.weight", config.HiddenSize), weights.Take($"{name}.bias", config.HiddenSize), config.LayerNormEpsilon, weights.Compute);
}
