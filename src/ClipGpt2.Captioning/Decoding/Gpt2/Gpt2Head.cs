using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Which weights are the head of a GPT-2 whose configuration ties the head to the token embedding: files may hold one of its own all the same.</summary>
/// <remarks>Source: what <c>tie_weights</c> of transformers 5 and 4.53 make of such files.</remarks>
internal static partial class Gpt2Head
{
    private const string Embedding = "transformer.wte.weight";

    /// <summary>The configuration as the weights bear it out.</summary>
    /// <param name="config">What the file says.</param>
    /// <param name="source">The weights.</param>
    /// <param name="logger">Is told of a head that isn't the embedding.</param>
    public static Gpt2Config Settle(Gpt2Config config, ITensorSource source, ILogger logger)
    {
        var embedding = Gpt2Names.For(source).StoredName(Embedding);
        if (!config.TieWordEmbeddings || !Has(source, Gpt2Names.Head) || !Has(source, embedding) || AreEqual(source, embedding))
        {
            return config;
        }

        if (config.Compatibility == ModelCompatibility.Transformers4)
        {
            LogDropped(logger, source.Location);
            return config;
        }

        LogKept(logger, source.Location);
        return config with { TieWordEmbeddings = false };
    }

    /// <summary>The weights with the head as embedding too where a tied model's file holds no other.</summary>
    public static ITensorSource Complete(Gpt2Config config, ITensorSource source)
    {
        var embedding = Gpt2Names.For(source).StoredName(Embedding);
        return config is { TieWordEmbeddings: true, Compatibility: ModelCompatibility.Transformers5 } && Has(source, Gpt2Names.Head) && !Has(source, embedding)
            ? new RenamedTensors(source, name => name == Gpt2Names.Head ? embedding : name)
            : source;
    }

    /// <summary>A base's weights without a head that repeats its embedding, where another embedding will take the place of that.</summary>
    public static ITensorSource Without(ITensorSource source) => new RenamedTensors(source, name => name == Gpt2Names.Head ? null : name);

    private static bool Has(ITensorSource source, string name) => source.Tensors.ContainsKey(name);

    private static bool AreEqual(ITensorSource source, string embedding)
    {
        if (!source.Tensors[Gpt2Names.Head].Shape.SequenceEqual(source.Tensors[embedding].Shape))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        return source.Read(Gpt2Names.Head).to_type(ScalarType.Float32).eq(source.Read(embedding).to_type(ScalarType.Float32)).all().item<bool>();
    }

    [LoggerMessage(23, LogLevel.Warning, "'{File}' holds a head of its own ('lm_head.weight') that isn't the token embedding, though the configuration ties the two: the head is kept, as transformers 5 does")]
    private static partial void LogKept(ILogger logger, string file);

    [LoggerMessage(24, LogLevel.Warning, "'{File}' holds a head of its own ('lm_head.weight') that isn't the token embedding, and the configuration ties the two: the head is dropped, as transformers 4 does")]
    private static partial void LogDropped(ILogger logger, string file);
}
