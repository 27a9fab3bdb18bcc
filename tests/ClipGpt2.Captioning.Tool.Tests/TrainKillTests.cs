using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>A run that is killed, at whatever moment, goes on and ends with the weights of one that never was.</summary>
public sealed class TrainKillTests : IDisposable
{
    private const int Seed = 9;
    private const int Attempts = 20;
    private const string InStep = ": begun";
    private const string InWriting = "Writing the";

    private static readonly TimeSpan LongestWriting = TimeSpan.FromMilliseconds(20);

    private readonly GoldenRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Five_kills_in_steps_and_in_the_writing_of_states_change_no_weight()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        Assert.Equal(0, Run("undisturbed"));

        var random = new Random(Seed);
        List<string> moments = [];
        foreach (var kind in new[] { InStep, InWriting, InStep, InWriting, InStep })
        {
            moments.Add(Kill(kind, random));
        }

        Assert.Equal(0, Run("killed", "--resume"));
        var told = $"differs after the kills at: {string.Join(" | ", moments)}";
        Assert.True(Bytes("undisturbed", best: true).AsSpan().SequenceEqual(Bytes("killed", best: true)), $"The best checkpoint {told}");
        Assert.True(Bytes("undisturbed", best: false).AsSpan().SequenceEqual(Bytes("killed", best: false)), $"The state {told}");
        Assert.Empty(_run.Files("killed", "*.tmp"));
    }

    /// <summary>Kills within a step, or within the writing of a file: the log's last line says that it began, and what was begun lies on the disk.</summary>
    private string Kill(string kind, Random random)
    {
        // The moments between are short, but a kill may meet one; such a one counts as an interruption more.
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            using var process = new TracedProcess(Command("killed", _run.Files("killed", "*.state.safetensors").Count > 0 ? ["--resume"] : []));
            Assert.True(process.ReadTo(kind, random.Next(2, 5)), process.LastLine);
            if (kind == InWriting)
            {
                AwaitFile();
            }

            process.Kill();
            if (process.LastLine.Contains(kind, StringComparison.Ordinal) && (kind == InStep || _run.Files("killed", "*.tmp").Count > 0))
            {
                return process.LastLine;
            }
        }

        throw new InvalidOperationException($"No kill met a line with '{kind}'.");
    }

    /// <summary>Waits until a file is being written, or was so shortly that it was missed.</summary>
    private void AwaitFile()
    {
        var begin = Stopwatch.GetTimestamp();
        while (_run.Files("killed", "*.tmp").Count == 0 && Stopwatch.GetElapsedTime(begin) < LongestWriting)
        {
            Thread.SpinWait(100);
        }
    }

    private int Run(string name, params string[] further)
    {
        using var process = new TracedProcess(Command(name, further));
        return process.WaitForExit();
    }

    private ProcessStartInfo Command(string name, string[] further) => GoldenRun.Command(
    [
        .. _run.Arguments(name, root =>
        {
            root["training_config"]!["num_epochs"] = 8;
            root["evaluation_config"] = new JsonObject { ["metrics"] = new JsonArray() };
            root["checkpoint_config"] = new JsonObject { ["state_every_steps"] = 1 };
        }),
        "--verbose",
        .. further,
    ]);

    /// <summary>The tensors of the best checkpoint, or of the state: the headers hold the run's own paths, and times.</summary>
    private byte[] Bytes(string name, bool best)
    {
        var state = _run.Find(name, "*.state.safetensors");
        var bytes = File.ReadAllBytes(best ? state.Replace(".state", "", StringComparison.Ordinal) : state);
        return bytes[(8 + BitConverter.ToInt32(bytes))..];
    }
}
