using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Processors;
using ClipGpt2.Captioning.Decoding.Search;
using ClipGpt2.Captioning.GoldenTests.Harness;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>Scores along ids that the reference drew: its generator isn't ours, but what it drew from must be.</summary>
internal static class SampledPath
{
    private const double LogitTolerance = 1e-4;

    public static void Check(GoldenCase golden, GenerateCall call, int[][] ids)
    {
        using var scope = NewDisposeScope();
        var model = call.Decoder.Model;
        var settings = SearchSettings.Create(call.Options, new ModelFacts(model.VocabularySize, model.MaxPositions, [model.Config.EosTokenId!.Value]), call.PrefixLength, openingLength: 0);
        var expected = golden.Expected["scores"].Tensor(GoldenTensorFile.Open(golden.Root.GetProperty("scores").GetString()!)); // [batch, step, V]
        Assert.Equal([ids.Length, ids[0].Length, model.VocabularySize], expected.Shape);
        using var session = model.Start(call.Prefix.Rows(call.Rows).ToTorch(golden.Device), call.Mask?.Rows(call.Rows).ToTorch(golden.Device), promptIds: null, ids[0].Length);
        int[] parents = [.. Enumerable.Range(0, ids.Length)];
        for (var step = 0; step < ids[0].Length; step++)
        {
            for (var row = 0; row < ids.Length; row++)
            {
                var scores = session.Logits(row).ToArray();
                settings.Chain.Apply(new LogitsContext(ids[row].AsSpan(0, step)), scores);
                AssertRow(scores, expected.Floats.Slice(((row * ids[0].Length) + step) * scores.Length, scores.Length), ids[row][step]);
            }

            session.Advance(parents, [.. ids.Select(i => i[step])]);
        }
    }

    private static void AssertRow(float[] actual, ReadOnlySpan<float> expected, int drawn)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                actual[i].Equals(expected[i]) || Math.Abs(actual[i] - expected[i]) <= DeviceTolerance.Of(LogitTolerance) * Math.Max(1, Math.Abs(expected[i])),
                $"[{i}]: {actual[i]} is not {expected[i]} (drawn: {drawn}).");
        }
    }
}
