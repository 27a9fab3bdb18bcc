using System.Text.Json;
using ClipGpt2.Captioning.Decoding.Processors;
using ClipGpt2.Captioning.Decoding.Search;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>Logits processors, one at a time and in chains, on fixed rows.</summary>
public sealed class ProcessorSuite : GoldenSuite
{
    // A few units in the last place of float32 sums over a vocabulary.
    private const double RelativeTolerance = 2e-6;

    public override IReadOnlyList<string> Files => ["generate/processors.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "processor", "parameters", "history", "call", "options", "expected"];

    public override void Check(GoldenCase golden)
    {
        var rows = new ProcessorRows(golden);
        if (golden.Json.TryGetProperty("processor", out var name))
        {
            var processor = ReferenceProcessors.Create(name.GetString()!, golden.Json.GetProperty("parameters"));
            rows.Run(processor.Process);
        }
        else
        {
            var chain = Chain(golden, rows.VocabularySize);
            rows.Run(chain.Apply);
            CheckNames(golden, chain);
            CheckProbabilities(golden, rows);
        }

        CheckScores(golden, rows);
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("processors").EnumerateArray().Select(c => ("processor " + c.GetProperty("name").GetString(), c))
            .Concat(root.GetProperty("chains").EnumerateArray().Select(c => ("chain " + c.GetProperty("name").GetString(), c)));

    private static ProcessorChain Chain(GoldenCase golden, int vocabularySize)
    {
        var options = golden.Part("options");
        options.Informational();
        return SearchSettings.Create(GenerateOptions.Read(options.Raw, ModelCompatibility.Transformers4), new ModelFacts(vocabularySize, int.MaxValue, []), visualPositions: 0, openingLength: 0).Chain;
    }

    private static void CheckNames(GoldenCase golden, ProcessorChain chain)
    {
        var newTokens = golden.Json.GetProperty("options").TryGetProperty("min_new_tokens", out _);
        Assert.Equal(golden.Expected["processors"].Texts(), chain.Processors.Select(p => ReferenceProcessors.NameOf(p, newTokens)));
    }

    private static void CheckScores(GoldenCase golden, ProcessorRows rows)
    {
        var expected = golden.Expected;
        var scores = expected["scores"].Tensor(golden.Tensors);
        Assert.Equal([rows.Count, rows.VocabularySize], scores.Shape);
        for (var row = 0; row < rows.Count; row++)
        {
            AssertRow(rows.After(row), scores.Floats.Slice(row * rows.VocabularySize, rows.VocabularySize), rows.IsOrderFree(row));
        }

        Assert.Equal(expected["finite_per_row"].Integers(), rows.All(r => rows.After(r).ToArray().Count(float.IsFinite)));
        Assert.Equal(expected["nan_per_row"].Integers(), rows.All(r => rows.After(r).ToArray().Count(float.IsNaN)));
        if (expected.Find("changed") is { } changed)
        {
            Assert.Equal(changed.Flag(), Enumerable.Range(0, rows.Count).Any(r => !rows.After(r).SequenceEqual(rows.Before(r))));
        }
    }

    private static void CheckProbabilities(GoldenCase golden, ProcessorRows rows)
    {
        var probabilities = golden.Expected["probabilities"].Tensor(golden.Tensors);
        for (var row = 0; row < rows.Count; row++)
        {
            var scores = rows.After(row).ToArray();
            var statistics = RowStatistics.Of(scores);
            AssertRow([.. scores.Select(statistics.Probability)], probabilities.Floats.Slice(row * rows.VocabularySize, rows.VocabularySize), rows.IsOrderFree(row));
        }
    }

    private static void AssertRow(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, bool isOrderFree)
    {
        var (ours, theirs) = (actual.ToArray(), expected.ToArray());
        if (isOrderFree)
        {
            Array.Sort(ours);
            Array.Sort(theirs);
        }

        for (var i = 0; i < theirs.Length; i++)
        {
            var isEqual = ours[i].Equals(theirs[i]) || Math.Abs(ours[i] - theirs[i]) <= RelativeTolerance * Math.Max(1, Math.Abs(theirs[i]));
            Assert.True(isEqual, $"[{i}]: {ours[i]} is not {theirs[i]}.");
        }
    }
}
