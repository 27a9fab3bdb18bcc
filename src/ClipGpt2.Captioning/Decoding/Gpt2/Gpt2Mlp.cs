using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>A block's perceptron: Hugging Face's <c>GPT2MLP</c>.</summary>
internal sealed class Gpt2Mlp(Gpt2Config config, WeightLoader weights, string prefix) : IDisposable
{
    public Linear Up { get; } = Gpt2Weights.Conv1D(weights, $"{prefix}.c_fc", config.HiddenSize, config.PerceptronSize);

    public Linear Down { get; } = Gpt2Weights.Conv1D(weights, $"{prefix}.c_proj", config.PerceptronSize, config.HiddenSize);

    public Activation Activation { get; } = config.Activation;

    /// <summary>The perceptron's output added to <paramref name="residual"/>; both [B, T, H].</summary>
    public Tensor Forward(Tensor x, Tensor residual, LayerDropout dropout = default) =>
        Down.ForwardAdd(Up.Forward(x, Activation, dropout.Adapters), residual, dropout, config.ResidualDropout);

    public void Dispose()
    {
        Up.Dispose();
        Down.Dispose();
    }
}
