using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>What the reference's makers checked of a case, checked of ours.</summary>
internal sealed class GenerateChecks(GoldenCase golden, GenerateCall call)
{
    private readonly Tracked _checks = golden.Part("checks");

    public void Check(IReadOnlyList<IReadOnlyList<DecodedSequence>> results)
    {
        CheckBatch(results);
        CheckPlainRun(results);
        CheckPrompt(results);
        foreach (var name in (_checks.Find("same_ids_as")?.Items() ?? []).Select(i => i.Text()))
        {
            var other = golden.Root.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
            var otherCall = new GenerateCall(golden, other, call.Compatibility);
            Assert.Equal(InBothBatches(results, other), InBothBatches(otherCall.Decode(otherCall.Rows), other));
        }

        _checks["min_gap"].Informational();
        _checks["uncached_ids_equal"].Informational();
        _checks["stable_under_logit_noise"].Informational();
        if (_checks.Find("same_ids_as") is { } list && list.Items().Count == 0)
        {
            list.Informational();
        }
    }

    /// <summary>Ours must never depend on the batch, whatever the reference's does.</summary>
    private void CheckBatch(IReadOnlyList<IReadOnlyList<DecodedSequence>> results)
    {
        for (var place = 0; place < results.Count; place++)
        {
            Assert.Equal(Ids(results[place]), Ids(call.Decode([call.Rows[place]])[0]));
        }

        if (_checks.Find("batch_invariant") is { } invariant)
        {
            Assert.Equal(invariant.Flag(), golden.Expected.Find("alone") is null);
        }
    }

    private void CheckPlainRun(IReadOnlyList<IReadOnlyList<DecodedSequence>> results)
    {
        if (_checks.Find("rows_that_differ_from_plain_run") is not { } differing)
        {
            return;
        }

        var plainOptions = GenerateOptions.Read(golden.Json.GetProperty("plain_run_options"), call.Compatibility);
        if (plainOptions.Beams > 1)
        {
            // The plain run's stopping test looked at the whole batch, and nothing says what its images give alone.
            differing.Informational();
            return;
        }

        var plain = call.Decode(call.Rows, plainOptions);
        Assert.Equal(differing.Integers(), Enumerable.Range(0, results.Count).Where(p => !results[p][0].TokenIds.SequenceEqual(plain[p][0].TokenIds)));
    }

    private void CheckPrompt(IReadOnlyList<IReadOnlyList<DecodedSequence>> results)
    {
        if (call.DecodeWithPromptIds() is { } withIds)
        {
            Assert.Equal(results.Select(Ids), withIds.Select(Ids));
        }

        // Were the prompt counted, the ids compared above would differ.
        _checks.Find("differs_if_prompt_ids_counted")?.Informational();
    }

    private static string Ids(IReadOnlyList<DecodedSequence> sequences) => string.Join(" | ", sequences.Select(s => string.Join(" ", s.TokenIds)));

    /// <summary>The places whose results are those of the reference's batch, without which two cases of it cannot be compared.</summary>
    private IEnumerable<string?> InBothBatches(IReadOnlyList<IReadOnlyList<DecodedSequence>> results, JsonElement other) =>
        results.Select((r, place) => IsAlone(golden.Json, place) || IsAlone(other, place) ? null : Ids(r));

    private static bool IsAlone(JsonElement json, int place) =>
        json.GetProperty("expected").TryGetProperty("alone", out var alone) && alone.TryGetProperty($"{place}", out _);
}
