using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

/// <summary>Captions of ViT or DeiT and GPT-2 with cross-attention: searches, options, prompts, defaults of the files.</summary>
/// <remarks>
/// Expected is what 4.53 gives; where 5 gives something else because it reads the files in another way, both are looked at. Prompts are never filled up here, and each row
/// alone decides about its start token: where the reference's rows depend on each other, what a row gives alone is expected.
/// </remarks>
public sealed class VisionGenerateSuite : GoldenSuite
{
    private const double LogitTolerance = 1e-4;

    /// <summary>What 5 no longer has, or bars one step earlier; the library follows 4.53 there.</summary>
    private static readonly string[] OfTheFourth = ["bad_words_ids", "num_beam_groups", "force_words_ids"];

    public override IReadOnlyList<string> Files => ["vision_encoder_decoder/generate.json"];

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string>? CaseMembers =>
    [
        "name", "family", "mode", "model", "inputs", "rows", "options", "expected", "expected_v5", "checks", "plain_run_options", "overlay", "decoder_input_ids", "decoder_attention_mask",
    ];

    public override void Check(GoldenCase golden)
    {
        golden.Part("options").Informational();
        Check(golden, ModelCompatibility.Transformers4, later: null);
        if (golden.FindPart("expected_v5") is { } later && !golden.Part("options").Names.Intersect(OfTheFourth).Any())
        {
            Check(golden, ModelCompatibility.Transformers5, later);
        }
    }

    private static void Check(GoldenCase golden, ModelCompatibility compatibility, Tracked? later)
    {
        using var scope = NewDisposeScope();
        var call = new VisionCall(golden, compatibility);
        var results = call.Decode();
        var expected = new Expectation(golden, call, later);
        for (var place = 0; place < results.Count; place++)
        {
            Assert.Equal(call.Returned, results[place].Count);
            for (var rank = 0; rank < call.Returned; rank++)
            {
                expected.CheckRow(place, rank, results[place][rank]);
            }

            var alone = call.Decode(place);
            Assert.Equal(results[place].Select(sequence => string.Join(' ', sequence.TokenIds)), alone.Select(sequence => string.Join(' ', sequence.TokenIds)));
        }
    }

    /// <summary>What a case expects, or 5 in its place.</summary>
    private sealed class Expectation(GoldenCase golden, VisionCall call, Tracked? later)
    {
        private readonly Tracked _expected = golden.Expected;

        public void CheckRow(int place, int rank, DecodedSequence sequence)
        {
            var row = (place * call.Returned) + rank;
            var before = (int)Of("prompt_length").Integer();
            CheckLimits(before);
            var alone = later is null ? _expected.Find("alone")?.Find($"{place}") : null;
            if (alone is not null)
            {
                CheckAlone(alone, rank, sequence);
                Skip(row);
                return;
            }

            var ids = Of("ids").Items()[row].Integers();
            var opening = call.IsFilled(place) ? ids[..before] : [.. call.OpeningOf(place)];
            Assert.Equal(opening, ids[..before]);
            CheckIds(ids[before..], sequence);
            Assert.Equal(Of("lengths").Items()[row].Integer(), before + sequence.TokenIds.Count);
            if (Find("texts") is { } texts)
            {
                Assert.Equal(texts.Items()[row].Text(), call.Text(ids));
            }

            CheckFigures(row, place, sequence);
        }

        private void CheckLimits(int before)
        {
            var (options, most) = (call.Options, Of("effective_max_length"));
            Assert.Equal(most.Integer(), options.MaxNewTokens is { } tokens ? before + tokens : options.MaxLength!.Value);
            Assert.Equal(Of("effective_min_length").Integer(), options.MinNewTokens is { } least ? before + least : options.MinLength ?? 0);
        }

        private void CheckIds(int[] expected, DecodedSequence sequence)
        {
            Assert.Equal(expected.Take(sequence.TokenIds.Count), sequence.TokenIds);
            Assert.All(expected.Skip(sequence.TokenIds.Count), id => Assert.Equal(call.FillToken, id));
            Assert.Equal(call.Options.EndTokenIds!.Contains(sequence.TokenIds[^1]) ? FinishReason.EndToken : FinishReason.Length, sequence.FinishReason);
        }

        private static void CheckAlone(Tracked alone, int rank, DecodedSequence sequence)
        {
            var ids = alone["ids"].Items()[rank].Integers();
            Assert.Equal(ids[^sequence.TokenIds.Count..], sequence.TokenIds);
            alone.Informational();
        }

        private void CheckFigures(int row, int place, DecodedSequence sequence)
        {
            // A row that the reference fills on its left has other positions than alone.
            if (call.IsFilled(place))
            {
                Skip(row);
                return;
            }

            if (Figure("token_logprobs") is { } probabilities)
            {
                AssertNear(probabilities.Items()[row].Numbers(), sequence.LogProbabilities, "token_logprobs");
            }

            if (Figure("token_processed_scores") is { } processed)
            {
                AssertNear(processed.Items()[row].Numbers(), sequence.Trace!.Scores, "token_processed_scores");
            }

            if (Figure("sequences_scores") is { } scores)
            {
                AssertNear([scores.Items()[row].Number()], [(float)sequence.Score], "sequences_scores");
            }

            CheckBeams(row, place, sequence);
        }

        private void CheckBeams(int row, int place, DecodedSequence sequence)
        {
            var written = sequence.TokenIds.Count;
            if (call.Options.BeamGroups > 1 || call.Options.RequiredWords?.Count > 0)
            {
                golden.PassOverIfThere("expected", "beam_indices");
                golden.PassOverIfThere("expected", "transition_scores");
                return;
            }

            if (Figure("beam_indices") is { } beams)
            {
                var given = beams.Items()[row].Integers();
                Assert.Equal(given.Take(written), sequence.Trace!.Beams.Select(beam => (place * call.Options.Beams!.Value) + beam));
                Assert.All(given.Skip(written), beam => Assert.Equal(-1, beam));
            }

            if (Figure("transition_scores") is { } transitions)
            {
                var given = transitions.Items()[row].Numbers();
                AssertNear([.. given.Take(written)], sequence.Trace!.Scores, "transition_scores");
                Assert.All(given.Skip(written), score => Assert.Equal(0, score));
            }
        }

        /// <summary>What the reference's batch gives this row doesn't count.</summary>
        private void Skip(int row)
        {
            foreach (var name in _expected.Names.Where(name => name != "alone" && _expected[name].Kind == JsonValueKind.Array))
            {
                _expected[name].Items()[row].Informational();
            }
        }

        private Tracked Of(string name) => Find(name) ?? throw new InvalidOperationException($"Nothing is expected of '{name}'.");

        private Tracked? Find(string name) => later?.Find(name) ?? _expected.Find(name);

        /// <summary>Figures belong to a text: where 5 writes another, those of 4.53 say nothing of it.</summary>
        private Tracked? Figure(string name) => later is null ? _expected.Find(name) : later.Find(name);

        private static void AssertNear(double[] expected, IReadOnlyList<float> actual, string name)
        {
            Assert.Equal(expected.Length, actual.Count);
            Assert.All(expected.Zip(actual), pair =>
                Assert.True(pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= DeviceTolerance.Of(LogitTolerance), $"{name}: {pair.Second} is not {pair.First}."));
        }
    }
}
