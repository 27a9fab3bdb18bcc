using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>Fresh weights of a ModifiedResNet.</summary>
/// <remarks>
/// Sources: He et al. 2015 for kernels before a rectifier; openai/CLIP's <c>initialize_parameters</c> for the pool and for the last normalisation of a
/// block, which begins at 0 so that the block begins as its shortcut (Goyal et al. 2017). The running statistics, which training leaves alone, are
/// those of normal values.
/// </remarks>
internal static class ModifiedResNetInitialization
{
    private const string Name = OpenAiClipNames.Visual;

    /// <summary>A mean over four values halves their deviation, which batch statistics would make up for.</summary>
    private const double MeanRecovery = 2;

    /// <summary>Draws all weights.</summary>
    /// <returns>The weights by OpenAI's names; dispose them.</returns>
    public static InitialWeights Draw(ModifiedResNetConfig config, long seed)
    {
        var weights = new InitialWeights("fresh weights of a CLIP image tower", seed);
        var (width, half) = (config.Width, config.Width / 2);
        Convolution(weights, "", 1, 3, half, 3);
        Convolution(weights, "", 2, half, half, 3);
        Convolution(weights, "", 3, half, width, 3);
        var inputs = width;
        for (var stage = 0; stage < config.Layers.Count; stage++)
        {
            for (var block = 0; block < config.Layers[stage]; block++)
            {
                inputs = DrawBlock(weights, $"layer{stage + 1}.{block}.", inputs, width << stage, isStriding: stage > 0 && block == 0);
            }
        }

        DrawPool(weights, config);
        return weights;
    }

    private static int DrawBlock(InitialWeights weights, string name, int inputs, int width, bool isStriding)
    {
        var outputs = width * Bottleneck.Expansion;
        Convolution(weights, name, 1, inputs, width, 1);
        Convolution(weights, name, 2, width, width, 3);
        weights.Normal($"{Name}{name}conv3.weight", Deviation(width, 1), outputs, width, 1, 1);
        Statistics(weights, $"{Name}{name}bn3", outputs, scale: 0);
        if (isStriding || inputs != outputs)
        {
            weights.Normal($"{Name}{name}downsample.0.weight", Math.Sqrt(1.0 / inputs), outputs, inputs, 1, 1);
            Statistics(weights, $"{Name}{name}downsample.1", outputs, isStriding ? MeanRecovery : 1);
        }

        return outputs;
    }

    private static void DrawPool(InitialWeights weights, ModifiedResNetConfig config)
    {
        var (size, deviation) = (config.PooledSize, 1 / Math.Sqrt(config.PooledSize));
        weights.Normal($"{Name}attnpool.positional_embedding", deviation, 1 + ((long)config.Grid * config.Grid), size);
        foreach (var part in (ReadOnlySpan<string>)["q_proj", "k_proj", "v_proj"])
        {
            weights.NormalLinear($"{Name}attnpool.{part}", deviation, [size, size], size);
        }

        weights.NormalLinear($"{Name}attnpool.c_proj", deviation, [config.ProjectionSize, size], config.ProjectionSize);
    }

    private static void Convolution(InitialWeights weights, string block, int number, int inputs, int outputs, int kernel)
    {
        weights.Normal($"{Name}{block}conv{number}.weight", Deviation(inputs, kernel), outputs, inputs, kernel, kernel);
        Statistics(weights, $"{Name}{block}bn{number}", outputs, scale: 1);
    }

    private static void Statistics(InitialWeights weights, string name, int channels, double scale)
    {
        weights.Constant($"{name}.weight", scale, channels);
        weights.Constant($"{name}.bias", 0, channels);
        weights.Constant($"{name}.running_mean", 0, channels);
        weights.Constant($"{name}.running_var", 1, channels);
    }

    private static double Deviation(int inputs, int kernel) => Math.Sqrt(2.0 / (inputs * kernel * kernel));
}
