using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Fresh weights of a GPT-2 by Hugging Face's rules.</summary>
/// <remarks>
/// Source: transformers 4.53.2, <c>GPT2PreTrainedModel._init_weights</c>: normal values of one deviation, which is smaller where a block adds to the
/// residual stream (Radford et al. 2019, section 2.3); biases 0, layer norms that change nothing.
/// </remarks>
internal static class Gpt2Initialization
{
    /// <summary>Draws all weights.</summary>
    /// <returns>The weights by their names and in their shapes in the files; dispose them.</returns>
    public static InitialWeights Draw(Gpt2Config config, long seed)
    {
        var weights = new InitialWeights("fresh weights of a GPT-2", seed);
        var (hidden, deviation) = (config.HiddenSize, config.InitializerRange);
        weights.Normal("transformer.wte.weight", deviation, config.VocabularySize, hidden);
        weights.Normal("transformer.wpe.weight", deviation, config.Positions, hidden);
        for (var i = 0; i < config.Layers; i++)
        {
            DrawBlock(weights, $"transformer.h.{i}", config);
        }

        weights.Norm("transformer.ln_f", hidden);
        if (!config.TieWordEmbeddings)
        {
            weights.Normal("lm_head.weight", deviation, config.VocabularySize, hidden);
        }

        return weights;
    }

    private static void DrawBlock(InitialWeights weights, string name, Gpt2Config config)
    {
        var (hidden, inner, deviation) = (config.HiddenSize, config.PerceptronSize, config.InitializerRange);
        var residual = deviation / Math.Sqrt(2 * config.Layers);
        weights.Norm($"{name}.ln_1", hidden);
        weights.NormalLinear($"{name}.attn.c_attn", deviation, [hidden, 3 * hidden], 3 * hidden);
        weights.NormalLinear($"{name}.attn.c_proj", residual, [hidden, hidden], hidden);
        weights.Norm($"{name}.ln_2", hidden);
        if (config.CrossAttentionSize is { } states)
        {
            weights.NormalLinear($"{name}.crossattention.c_attn", deviation, [states, 2 * hidden], 2 * hidden);
            weights.NormalLinear($"{name}.crossattention.q_attn", deviation, [hidden, hidden], hidden);
            weights.NormalLinear($"{name}.crossattention.c_proj", residual, [hidden, hidden], hidden);
            weights.Norm($"{name}.ln_cross_attn", hidden);
        }

        weights.NormalLinear($"{name}.mlp.c_fc", deviation, [hidden, inner], inner);
        weights.NormalLinear($"{name}.mlp.c_proj", residual, [inner, hidden], hidden);
    }
}
