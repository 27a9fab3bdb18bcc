using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>A source of random weights for a GPT-2 of any size, large enough that every one of them shows.</summary>
internal sealed class RandomGpt2(Gpt2Config config) : ITensorSource
{
    /// <summary>A small model whose sizes are round.</summary>
    public static readonly Gpt2Config Small = new() { HiddenSize = 128, Layers = 2, Heads = 2, Positions = 24, VocabularySize = 90, EosTokenId = null, BosTokenId = null };

    /// <summary>A small model whose sizes fit no vector.</summary>
    public static readonly Gpt2Config Odd = new() { HiddenSize = 42, Layers = 3, Heads = 3, Positions = 24, VocabularySize = 67, InnerSize = 51, ActivationFunction = "gelu", EosTokenId = null, BosTokenId = null };

    /// <summary>The small one with cross-attention, and one whose sizes fit no vector.</summary>
    public static readonly Gpt2Config Cross = Small with { AddCrossAttention = true };

    public static readonly Gpt2Config OddCross = Odd with { AddCrossAttention = true };

    public string Location => "random weights";

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = Shapes(config).ToDictionary(
        s => s.Name,
        s => new TensorInfo(s.Name, "F32", s.Shape, 4 * s.Shape.Aggregate(1L, (product, size) => product * size)));

    public static Gpt2Model Create(Gpt2Config config, ComputeOptions? compute = null)
    {
        using var source = new RandomGpt2(config);
        return Gpt2Model.Create(config, source, compute);
    }

    public Tensor Read(string name)
    {
        var info = Tensors[name];
        using var generator = new Generator((ulong)info.Shape.Sum() + (ulong)name.Sum(c => (long)c));
        var isScale = name.EndsWith("weight", StringComparison.Ordinal) && name.Contains("ln_", StringComparison.Ordinal);
        using var scope = NewDisposeScope();
        var values = randn([.. info.Shape], generator: generator);
        return (isScale ? 1 + (0.2 * values) : 0.3 * values).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }

    private static IEnumerable<(string Name, long[] Shape)> Shapes(Gpt2Config config)
    {
        var (h, inner) = (config.HiddenSize, config.PerceptronSize);
        yield return ("transformer.wte.weight", [config.VocabularySize, h]);
        yield return ("transformer.wpe.weight", [config.Positions, h]);
        for (var i = 0; i < config.Layers; i++)
        {
            foreach (var (name, shape) in Block(h, inner).Concat(config.AddCrossAttention ? CrossAttention(h) : []))
            {
                yield return ($"transformer.h.{i}.{name}", shape);
            }
        }

        yield return ("transformer.ln_f.weight", [h]);
        yield return ("transformer.ln_f.bias", [h]);
    }

    private static (string Name, long[] Shape)[] CrossAttention(long h) =>
    [
        ("ln_cross_attn.weight", [h]), ("ln_cross_attn.bias", [h]),
        ("crossattention.q_attn.weight", [h, h]), ("crossattention.q_attn.bias", [h]),
        ("crossattention.c_attn.weight", [h, 2 * h]), ("crossattention.c_attn.bias", [2 * h]),
        ("crossattention.c_proj.weight", [h, h]), ("crossattention.c_proj.bias", [h]),
    ];

    private static (string Name, long[] Shape)[] Block(long h, long inner) =>
    [
        ("ln_1.weight", [h]), ("ln_1.bias", [h]),
        ("attn.c_attn.weight", [h, 3 * h]), ("attn.c_attn.bias", [3 * h]),
        ("attn.c_proj.weight", [h, h]), ("attn.c_proj.bias", [h]),
        ("ln_2.weight", [h]), ("ln_2.bias", [h]),
        ("mlp.c_fc.weight", [h, inner]), ("mlp.c_fc.bias", [inner]),
        ("mlp.c_proj.weight", [inner, h]), ("mlp.c_proj.bias", [h]),
    ];
}
