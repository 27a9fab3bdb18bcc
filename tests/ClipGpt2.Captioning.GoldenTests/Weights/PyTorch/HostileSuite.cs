using System.Diagnostics;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>Files that run code where Python reads them, claim what they don't hold, or are something else: each is refused for its own reason.</summary>
public sealed partial class HostileSuite : GoldenSuite
{
    private const long MostMemory = 200 << 20;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(1);

    /// <summary>What the message must say for each of the folder's reasons.</summary>
    private static readonly Dictionary<string, string> Said = new(StringComparer.Ordinal)
    {
        ["disallowed_global"] = "isn't on the list of data types",
        ["disallowed_call"] = "refused",
        ["disallowed_opcode"] = "instruction",
        ["unsupported_persistent_id"] = "persistent id",
        ["unsupported_protocol"] = "unsupported protocol",
        ["unsupported_type"] = "unsupported type",
        ["unsupported_zip"] = "encrypted",
        ["no_state_dict"] = "no state dict",
        ["not_a_state_dict"] = "isn't a state dict",
        ["not_a_checkpoint"] = "no state dict",
        ["not_a_pickle"] = "isn't a pickle",
        ["git_lfs_pointer"] = "Git LFS pointer",
        ["too_deep"] = "too deep",
        ["too_large_claim"] = "claims",
        ["truncated"] = "cut short",
        ["stack_underflow"] = "underflow",
        ["bad_memo_index"] = "memo",
        ["bad_text"] = "UTF-8",
        ["bad_type"] = "wrong type",
        ["bad_arguments"] = "arguments, and has",
        ["bad_magic"] = "magic number",
        ["bad_version"] = "version",
        ["bad_zip"] = "damaged or unsupported zip archive",
        ["bad_checksum"] = "check sum",
        ["missing_record"] = "missing",
        ["duplicate_record"] = "duplicate member",
        ["path_traversal"] = "traversal",
        ["ambiguous_archive"] = "ambiguous",
        ["out_of_bounds"] = "out of bounds",
        ["negative_size"] = "negative",
        ["negative_stride"] = "none may be negative",
        ["negative_offset"] = "none may be negative",
        ["rank_mismatch"] = "the same rank",
        ["size_overflow"] = "overflow",
        ["implausible_size"] = "implausible size",
    };

    public override IReadOnlyList<string> Files => ["checkpoints/hostile/hostile.json"];

    public override void Check(GoldenCase golden)
    {
        var expected = golden.Expected;
        var outcome = expected["outcome"].Text();
        Assert.True(outcome is "refuse" or "refuse_or_ignore", $"Unknown outcome '{outcome}'.");
        var path = GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!);
        expected["detail"].Informational();
        if (Open(path) is not { } refusal)
        {
            Assert.NotEqual("refuse", outcome);
            expected["reason"].Informational();
            expected.Find("reasons")?.Informational();
            return;
        }

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        var reason = expected["reason"].Text();

        // A file may have several true reasons; the one that is given is the first of them.
        var reasons = expected.Find("reasons")?.Texts() ?? [reason];
        Assert.Equal(reason, reasons[0]);
        Assert.Contains(reasons, r => refusal.Message.Contains(Said[r], StringComparison.Ordinal));
        if (reason is "disallowed_global" or "disallowed_call" or "path_traversal")
        {
            Assert.IsType<UnsafeCheckpointException>(refusal);
        }

        if (reason == "disallowed_global")
        {
            // Where the detail begins with a name, it is the one to be refused.
            Assert.Contains(Name().Match(golden.Json.GetProperty("expected").GetProperty("detail").GetString()!).Value, refusal.Message, StringComparison.Ordinal);
        }
    }

    private static CheckpointFormatException? Open(string path)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            TensorFiles.Open(path).Dispose();
            return null;
        }
        catch (CheckpointFormatException e)
        {
            return e;
        }
        finally
        {
            Assert.True(clock.Elapsed < LongestTime, $"Opening took {clock.Elapsed}.");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MostMemory, "Opening took more than 200 MB.");
        }
    }

    [GeneratedRegex(@"^(\w+\.)+\w+")]
    private static partial Regex Name();
}
