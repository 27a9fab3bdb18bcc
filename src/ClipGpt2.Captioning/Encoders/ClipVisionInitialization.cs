using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Fresh weights of CLIP's image tower by Hugging Face's rules.</summary>
/// <remarks>
/// Source: transformers 4.53.2, <c>CLIPPreTrainedModel._init_weights</c>: normal values whose deviations follow from the sizes, biases 0, layer
/// norms that change nothing.
/// </remarks>
internal static class ClipVisionInitialization
{
    /// <summary>Draws all weights.</summary>
    /// <returns>The weights by their names in the files; dispose them.</returns>
    public static InitialWeights Draw(ClipVisionConfig config, long seed)
    {
        const string Name = "vision_model";
        var weights = new InitialWeights("fresh weights of a CLIP image tower", seed);
        var (hidden, patch, factor) = (config.HiddenSize, config.PatchSize, config.InitializerFactor);
        var embedding = config.InitializerRange * factor;
        weights.Normal($"{Name}.embeddings.class_embedding", Root(hidden) * factor, hidden);
        weights.Normal($"{Name}.embeddings.patch_embedding.weight", embedding, hidden, config.Channels, patch, patch);
        weights.Normal($"{Name}.embeddings.position_embedding.weight", embedding, 1 + ((long)config.Grid * config.Grid), hidden);
        weights.Norm($"{Name}.pre_layrnorm", hidden);
        for (var i = 0; i < config.Layers; i++)
        {
            DrawBlock(weights, $"{Name}.encoder.layers.{i}", config);
        }

        weights.Norm($"{Name}.post_layernorm", hidden);
        weights.NormalLinear("visual_projection", Root(hidden) * factor, [config.ProjectionSize, hidden], bias: 0);
        return weights;
    }

    private static void DrawBlock(InitialWeights weights, string name, ClipVisionConfig config)
    {
        var (hidden, inner, factor) = (config.HiddenSize, config.IntermediateSize, config.InitializerFactor);
        var inward = Root(hidden) * Root(2 * config.Layers) * factor;
        weights.Norm($"{name}.layer_norm1", hidden);
        foreach (var part in (ReadOnlySpan<string>)["q_proj", "k_proj", "v_proj"])
        {
            weights.NormalLinear($"{name}.self_attn.{part}", inward, [hidden, hidden], hidden);
        }

        weights.NormalLinear($"{name}.self_attn.out_proj", Root(hidden) * factor, [hidden, hidden], hidden);
        weights.Norm($"{name}.layer_norm2", hidden);
        weights.NormalLinear($"{name}.mlp.fc1", Root(2 * hidden) * factor, [inner, hidden], inner);
        weights.NormalLinear($"{name}.mlp.fc2", inward, [hidden, inner], hidden);
    }

    private static double Root(int size) => 1 / Math.Sqrt(size);
}
