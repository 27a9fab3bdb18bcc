using System.Text.Json;
using ClipGpt2.Captioning.Decoding.Processors;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>The fixed rows that processors are called with, before and after.</summary>
internal sealed class ProcessorRows
{
    private readonly float[] _before;
    private readonly float[] _after;
    private readonly long[] _history;
    private readonly JsonElement? _call;
    private readonly JsonElement _case;

    public ProcessorRows(GoldenCase golden)
    {
        var logits = golden.Tensors["logits"];
        (Count, VocabularySize) = ((int)logits.Shape[0], (int)logits.Shape[1]);
        _before = logits.Floats.ToArray();
        _after = logits.Floats.ToArray();
        _history = golden.Tensors[golden.Json.GetProperty("history").GetString()!].Longs.ToArray();
        _case = golden.Json;
        _call = golden.Json.TryGetProperty("call", out var call) ? call : null;
    }

    /// <summary>A processor, or a chain of them.</summary>
    public delegate void Process(in LogitsContext context, Span<float> scores);

    public int Count { get; }

    public int VocabularySize { get; }

    public void Run(Process process)
    {
        var length = _history.Length / Count;
        for (var row = 0; row < Count; row++)
        {
            int[] history = [.. _history.AsSpan(row * length, length).ToArray().Select(i => (int)i)];
            process(new LogitsContext(history, row, EarlierGroupTokens(row)), _after.AsSpan(row * VocabularySize, VocabularySize));
        }
    }

    public ReadOnlySpan<float> Before(int row) => _before.AsSpan(row * VocabularySize, VocabularySize);

    public ReadOnlySpan<float> After(int row) => _after.AsSpan(row * VocabularySize, VocabularySize);

    public int[] All(Func<int, int> ofRow) => [.. Enumerable.Range(0, Count).Select(ofRow)];

    /// <summary>Where a sort decides which tokens stay, tied ones are interchangeable: the reference's order of them is the sort's own.</summary>
    public bool IsOrderFree(int row)
    {
        var sorts = _case.ToString().Contains("TopP", StringComparison.Ordinal);
        return sorts && Before(row).ToArray().Distinct().Count() < Before(row).ToArray().Count(float.IsFinite);
    }

    /// <summary>The rows are the beams of one group of several images; the tokens are of all groups.</summary>
    private int[] EarlierGroupTokens(int row)
    {
        if (_call is not { } json)
        {
            return [];
        }

        var call = new Arguments(json);
        int[] earlier = [];
        if (json.TryGetProperty("current_tokens", out _))
        {
            var parameters = _case.GetProperty("parameters");
            var (beams, groups) = (parameters.GetProperty("num_beams").GetInt32(), parameters.GetProperty("num_beam_groups").GetInt32());
            var size = beams / groups;
            earlier = call.Tokens("current_tokens").AsSpan(row / size * beams, call.Integer("beam_group_idx") * size).ToArray();
        }

        call.AssertAllTaken();
        return earlier;
    }
}
