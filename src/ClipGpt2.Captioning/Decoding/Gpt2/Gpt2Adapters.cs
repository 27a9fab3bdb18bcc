using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using ClipGpt2.Captioning.Weights.Maps;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Low-rank adapters (Hu et al., 2022) of GPT-2's matrices, under PEFT's names.</summary>
internal static class Gpt2Adapters
{
    private const string NamePrefix = "transformer.";
    private const string A = ".lora_A.weight";
    private const string B = ".lora_B.weight";

    /// <summary>Whether a weight is an adapter's by its name.</summary>
    public static bool IsOne(string name) => name.EndsWith(A, StringComparison.Ordinal) || name.EndsWith(B, StringComparison.Ordinal);

    /// <summary>The adapter of a matrix as named weights.</summary>
    public static KeyValuePair<string, Tensor>[] Named(string matrix, LowRankWeights adapter) => [new(matrix + A, adapter.A), new(matrix + B, adapter.B)];

    /// <summary>The matrices that can have an adapter, in the file's order.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="namePrefix">What names begin with: nothing where the adapters were trained beside a bare <c>GPT2Model</c>.</param>
    public static IReadOnlyList<LoraMatrix> Matrices(Gpt2Config config, string namePrefix = NamePrefix)
    {
        var (hidden, inner) = (config.HiddenSize, config.PerceptronSize);
        return
        [
            .. Enumerable.Range(0, config.Layers).Select(i => $"{namePrefix}h.{i}").SelectMany(block => (LoraMatrix[])
            [
                new($"{block}.attn.c_attn", hidden, 3 * hidden), new($"{block}.attn.c_proj", hidden, hidden),
                .. CrossAttention(config, block),
                new($"{block}.mlp.c_fc", hidden, inner), new($"{block}.mlp.c_proj", inner, hidden),
            ]),
        ];
    }

    private static IEnumerable<LoraMatrix> CrossAttention(Gpt2Config config, string block) => config.CrossAttentionSize is not { } states ? [] :
    [
        new($"{block}.crossattention.q_attn", config.HiddenSize, config.HiddenSize), new($"{block}.crossattention.c_attn", states, 2 * config.HiddenSize),
        new($"{block}.crossattention.c_proj", config.HiddenSize, config.HiddenSize),
    ];

    /// <summary>Reads adapters and checks them against the model.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="adapters">Which matrices have one.</param>
    /// <param name="source">The adapters' weights; they stay the caller's.</param>
    /// <param name="compute">How the model computes.</param>
    /// <returns>The adapters by the model's names of their matrices, on the CPU; the caller's own.</returns>
    /// <exception cref="CheckpointFormatException">Adapters are missing, misshapen or of matrices that the model lacks: every fault is listed.</exception>
    public static Dictionary<string, LowRankWeights> Load(Gpt2Config config, LoraConfig adapters, ITensorSource source, ComputeOptions compute)
    {
        adapters.Validate();
        TorchRuntime.Load();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var namePrefix = source.Tensors.Keys.Any(name => name.StartsWith("h.", StringComparison.Ordinal)) ? "" : NamePrefix;
        var targets = new LoraTargets(adapters, source.Location);
        using var weights = new WeightLoader(source, compute);
        var loaded = new Dictionary<string, LowRankWeights>(StringComparer.Ordinal);
        foreach (var matrix in targets.Among(Matrices(config, namePrefix)))
        {
            var rank = targets.RankOf(matrix.Name);
            var (a, b) = (weights.Take(matrix.Name + A, rank, matrix.Inputs), weights.Take(matrix.Name + B, matrix.Outputs, rank));
            loaded.Add(NamePrefix + matrix.Name[namePrefix.Length..], new LowRankWeights(a, b, targets.ScaleOf(matrix.Name), adapters.Dropout));
        }

        weights.Finish();
        return loaded;
    }

    /// <summary>Draws adapters that change nothing yet: A as <c>torch.nn.Linear</c>'s weight, B zero.</summary>
    /// <remarks>Source: PEFT's <c>LoraLayer.reset_lora_parameters</c>, with draws in the order of the file's names.</remarks>
    /// <exception cref="CaptioningException">The configuration can't be, or names matrices that the model lacks.</exception>
    public static InitialWeights Draw(Gpt2Config config, LoraConfig adapters, long seed)
    {
        adapters.Validate();
        var targets = new LoraTargets(adapters, nameof(LoraConfig));
        if (targets.Unknown(Matrices(config)) is { Count: > 0 } unknown)
        {
            throw new CheckpointFormatException($"Adapters were asked for beside '{string.Join("', '", unknown)}', which names no matrix of this GPT-2: each block has attn.c_attn, attn.c_proj, mlp.c_fc and mlp.c_proj{(config.AddCrossAttention ? ", and the same of crossattention with q_attn" : "")}.");
        }

        var weights = new InitialWeights("fresh adapters", seed);
        foreach (var matrix in targets.Among(Matrices(config)))
        {
            var rank = targets.RankOf(matrix.Name);
            weights.Linear(matrix.Name + ".lora_A", matrix.Inputs, rank, bias: false);
            weights.Constant(matrix.Name + B, 0, matrix.Outputs, rank);
        }

        return weights;
    }

    /// <summary>A model's weights with adapters merged into them.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="source">The model's weights; they stay the caller's.</param>
    /// <param name="adapters">Which matrices have an adapter.</param>
    /// <param name="weights">The adapters' weights; they stay the caller's and aren't needed any more afterwards.</param>
    /// <exception cref="CheckpointFormatException">The adapters don't fit the model: every fault is listed.</exception>
    public static MergedTensors Merge(Gpt2Config config, ITensorSource source, LoraConfig adapters, ITensorSource weights)
    {
        var names = Gpt2Names.For(source);
        var loaded = Load(config, adapters, weights, new ComputeOptions());
        return new MergedTensors(source, loaded.ToDictionary(p => names.StoredName(p.Key + ".weight"), p => p.Value, StringComparer.Ordinal), inputRows: true);
    }
}
