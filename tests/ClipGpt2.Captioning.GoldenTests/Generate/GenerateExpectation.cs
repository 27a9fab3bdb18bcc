using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>What a case of <c>hf_generate.json</c> expects of results.</summary>
/// <remarks>
/// Where an image alone gives something else than in the reference's batch (its stopping test looks at all rows), what it gives alone is expected:
/// what an image gets must not depend on its batch.
/// </remarks>
internal sealed class GenerateExpectation(GoldenCase golden, GenerateCall call)
{
    // The forward folder's tolerance of logits. Sums over a text are divided by its length, or have as many times the room.
    private const double LogitTolerance = 1e-4;

    private readonly Tracked _expected = golden.Expected;

    private int Returned => call.Options.ReturnedSequences ?? 1;

    public void Check(IReadOnlyList<IReadOnlyList<DecodedSequence>> results, ScoreRecorder recorder)
    {
        Assert.Equal(call.Rows.Length, results.Count);
        for (var place = 0; place < results.Count; place++)
        {
            Assert.Equal(Returned, results[place].Count);
            var alone = _expected.Find("alone")?.Find($"{place}");
            if (alone is not null)
            {
                CheckAlone(alone, results[place]);
            }

            for (var rank = 0; rank < Returned; rank++)
            {
                var row = (place * Returned) + rank;
                if (alone is null)
                {
                    CheckRow(row, place, results[place][rank]);
                }
                else
                {
                    SkipRow(row);
                }
            }
        }

        CheckTensor("scores_tensor", results, recorder.Scores);
        CheckTensor("logits_tensor", results, recorder.Logits);
    }

    private void CheckAlone(Tracked alone, IReadOnlyList<DecodedSequence> sequences)
    {
        if (alone.Find("fragile") is { } fragile && fragile.Flag())
        {
            alone.Informational();
            return;
        }

        for (var rank = 0; rank < sequences.Count; rank++)
        {
            CheckIds(alone["ids"].Items()[rank].Integers(), sequences[rank]);
            Assert.Equal(alone["texts"].Items()[rank].Text(), call.Text(alone["ids"].Items()[rank].Integers()));
            if (alone.Find("sequences_scores") is { } scores)
            {
                AssertNear(scores.Items()[rank].Number(), sequences[rank].Score, "alone.sequences_scores");
            }
        }
    }

    /// <summary>What the reference's batch gives this image doesn't count.</summary>
    private void SkipRow(int row)
    {
        foreach (var name in _expected.Names.Where(n => n is not "alone" && _expected[n].Kind == System.Text.Json.JsonValueKind.Array))
        {
            _expected[name].Items()[row].Informational();
        }
    }

    private void CheckRow(int row, int place, DecodedSequence sequence)
    {
        var ids = _expected["ids"].Items()[row].Integers();
        CheckIds(ids, sequence);
        Assert.Equal(_expected["texts"].Items()[row].Text(), call.Text(ids));
        Assert.Equal(_expected["lengths"].Items()[row].Integer(), LengthOf(ids, sequence));
        if (_expected.Find("token_logprobs") is { } logProbabilities)
        {
            AssertNear(UpToEnd(logProbabilities.Items()[row].Numbers(), sequence), sequence.LogProbabilities, "token_logprobs");
        }

        if (_expected.Find("token_processed_scores") is { } processed)
        {
            AssertNear(UpToEnd(processed.Items()[row].Numbers(), sequence), sequence.Trace!.Scores, "token_processed_scores");
        }

        if (_expected.Find("sequences_scores") is { } scores)
        {
            AssertNear(scores.Items()[row].Number(), sequence.Score, "sequences_scores");
        }

        if (_expected.Find("beam_indices") is { } beams)
        {
            CheckBeams(beams.Items()[row].Integers(), _expected["transition_scores"].Items()[row].Numbers(), place, sequence);
        }
    }

    /// <summary>Our texts aren't filled; the reference's rows are, to the longest.</summary>
    private void CheckIds(int[] expected, DecodedSequence sequence)
    {
        Assert.Equal(expected.Take(sequence.TokenIds.Count), sequence.TokenIds);
        Assert.All(expected.Skip(sequence.TokenIds.Count), id => Assert.Equal(FillToken, id));
        Assert.Equal(ReasonFor(sequence), sequence.FinishReason);
    }

    private IReadOnlyList<int> EndTokens => call.Options.EndTokenIds ?? [call.Decoder.Model.Config.EosTokenId!.Value];

    /// <summary>Beam search takes a pad token of 0 for none; greedy search and groups do not.</summary>
    private int FillToken => call.Options switch
    {
        { PadTokenId: null } => EndTokens[0],
        { PadTokenId: 0, Beams: > 1, BeamGroups: null or 1, RequiredWords: null or [] } => EndTokens[0],
        { PadTokenId: { } pad } => pad,
    };

    private FinishReason ReasonFor(DecodedSequence sequence)
    {
        if (EndTokens.Contains(sequence.TokenIds[^1]))
        {
            return FinishReason.EndToken;
        }

        return (call.Options.StopStrings ?? []).Any(s => call.Tokenizer.Decode(sequence.TokenIds).Contains(s, StringComparison.Ordinal))
            ? FinishReason.StopString
            : FinishReason.Length;
    }

    /// <summary>The reference's count runs to the first end token, which after a stop string may be fill.</summary>
    private long LengthOf(int[] ids, DecodedSequence sequence)
    {
        var end = Array.FindIndex(ids, EndTokens.Contains);
        return sequence.FinishReason == FinishReason.StopString && end >= 0 ? end + 1 : sequence.FinishReason == FinishReason.StopString ? ids.Length : sequence.TokenIds.Count;
    }

    /// <summary>After a stop string the reference's figures, too, run to the first end token of the fill.</summary>
    private static double[] UpToEnd(double[] figures, DecodedSequence sequence) =>
        sequence.FinishReason == FinishReason.StopString ? figures[..sequence.TokenIds.Count] : figures;

    private void CheckBeams(int[] beams, double[] transitions, int place, DecodedSequence sequence)
    {
        var written = sequence.TokenIds.Count;
        Assert.Equal(beams.Take(written), sequence.Trace!.Beams.Select(b => (place * call.Options.Beams!.Value) + b));
        Assert.All(beams.Skip(written), b => Assert.Equal(-1, b));
        AssertNear([.. transitions.Take(written)], sequence.Trace.Scores, "transition_scores");
        Assert.All(transitions.Skip(written), t => Assert.Equal(0, t));
    }

    /// <summary>Each sequence's steps; behind its end the reference goes on with fill, which nobody needs.</summary>
    private void CheckTensor(string name, IReadOnlyList<IReadOnlyList<DecodedSequence>> results, Dictionary<(int Image, int Step), float[]> recorded)
    {
        if (_expected.Find(name) is not { } leaf)
        {
            return;
        }

        var file = GoldenTensorFile.Open(golden.Root.GetProperty("scores").GetString()!);
        var (steps, size) = ((int)file[leaf.Raw.GetString()!].Shape[1], (int)file[leaf.Raw.GetString()!].Shape[2]);
        var tensor = leaf.Tensor(file, i => i / size % steps < results[i / size / steps][0].TokenIds.Count);
        for (var place = 0; place < results.Count; place++)
        {
            for (var step = 0; step < results[place][0].TokenIds.Count; step++)
            {
                TorchTensors.AssertNear(recorded[(place, step)], tensor.Floats.Slice(((place * steps) + step) * size, size), LogitTolerance, $"{name}[{place}, {step}]");
            }
        }
    }

    private static void AssertNear(double[] expected, IReadOnlyList<float> actual, string name)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            AssertNear(expected[i], actual[i], $"{name}[{i}]");
        }
    }

    private static void AssertNear(double expected, double actual, string name) =>
        Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= DeviceTolerance.Of(LogitTolerance), $"{name}: {actual} is not {expected}.");
}
