using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>GPT-2's blocks, normalised before each part: Hugging Face's <c>GPT2Block</c>, whose names the weights have.</summary>
internal static class Gpt2Block
{
    /// <summary>What the names of a block's weights begin with.</summary>
    public static string Name(int layer) => $"transformer.h.{layer}";

    public static PreNormBlock Load(LayerLoader layers, Gpt2Config config, int layer)
    {
        var (name, hidden, inner) = (Name(layer), config.HiddenSize, config.PerceptronSize);
        var norm1 = layers.Norm($"{name}.ln_1", hidden, config.LayerNormEpsilon);
        var attention = Attention(config, layer, [layers.Conv1D($"{name}.attn.c_attn", hidden, 3 * hidden)], layers.Conv1D($"{name}.attn.c_proj", hidden, hidden));
        var cross = config.CrossAttentionSize is { } states ? LoadCross(layers, config, layer, states) : null;
        var norm2 = layers.Norm($"{name}.ln_2", hidden, config.LayerNormEpsilon);
        var perceptron = new FeedForward(layers.Conv1D($"{name}.mlp.c_fc", hidden, inner), layers.Conv1D($"{name}.mlp.c_proj", inner, hidden), config.Activation)
        {
            OutputDropout = config.ResidualDropout,
        };
        return new PreNormBlock(norm1, attention, norm2, perceptron) { Cross = cross };
    }

    private static CrossAttention LoadCross(LayerLoader layers, Gpt2Config config, int layer, int states)
    {
        var (name, hidden) = (Name(layer), config.HiddenSize);
        var norm = layers.Norm($"{name}.ln_cross_attn", hidden, config.LayerNormEpsilon);
        Linear[] inputs = [layers.Conv1D($"{name}.crossattention.q_attn", hidden, hidden), layers.Conv1D($"{name}.crossattention.c_attn", states, 2 * hidden)];
        return new(norm, Attention(config, layer, inputs, layers.Conv1D($"{name}.crossattention.c_proj", hidden, hidden)));
    }

    private static Attention Attention(Gpt2Config config, int layer, Linear[] inputs, Linear output) => new(inputs, output, config.Heads)
    {
        Scale = config.AttentionScale(layer), WeightDropout = config.AttentionDropout, OutputDropout = config.ResidualDropout,
    };
}
