using System.Diagnostics;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>A run that is killed, at whatever moment, goes on and ends with the table of one that never was.</summary>
public sealed class InferKillTests : IDisposable
{
    private const int Seed = 11;
    private const int Copies = 60;
    private const int Attempts = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ReferenceRun _seed = new();

    public InferKillTests()
    {
        for (var copy = 0; copy < Copies; copy++)
        {
            File.Copy(Golden.File($"scenes/scene_{copy:D6}.jpg"), _seed.File($"checkpoints/seed/images/scene {copy}, \"{copy}\".jpg"));
        }
    }

    private string Journal => _seed.Csv + ".partial";

    public void Dispose() => _seed.Dispose();

    [Fact]
    public async Task Five_kills_change_no_byte_of_the_table()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGKILL.");
        var undisturbed = await ClipGpt2Process.Run(_seed.Command());
        Assert.Equal((0, ""), (undisturbed.ExitCode, undisturbed.Error));
        Assert.False(File.Exists(Journal));
        var expected = await File.ReadAllBytesAsync(_seed.Csv, TestContext.Current.CancellationToken);
        File.Delete(_seed.Csv);

        // The table is begun with the last model, so the first kills meet a run without one and the others the writing of its rows.
        var random = new Random(Seed);
        List<int> kept = [0];
        foreach (var file in new[] { Journal, Journal, Journal, _seed.Csv, _seed.Csv })
        {
            // A kill may come before a caption more is whole; such a one counts as an interruption more.
            var before = kept[^1];
            for (var attempt = 0; attempt < Attempts && kept[^1] == before; attempt++)
            {
                await KillAfter(file, random.Next(1, 3));
                kept.Add(Math.Max(0, File.ReadLines(Journal).Count() - 1));
            }

            Assert.True(kept[^1] > before, $"A run began anew: captions after the kills {string.Join(", ", kept)}.");
        }

        Assert.False(IsTable(expected));
        var run = await ClipGpt2Process.Run(_seed.Command("--verbose"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"An earlier run was ended before its end: \d+ of its caption", run.Error);
        Assert.Equal(undisturbed.Output, run.Output);
        Assert.True(IsTable(expected), $"The table differs; captions after the kills {string.Join(", ", kept)}.");
        Assert.False(File.Exists(Journal));
    }

    private bool IsTable(byte[] expected) => File.ReadAllBytes(_seed.Csv).AsSpan().SequenceEqual(expected);

    /// <summary>Kills once a file has grown some times beyond what an earlier run has left of it. Only its length is looked at: it can't be opened meanwhile.</summary>
    private async Task KillAfter(string file, int growths)
    {
        var length = Length();
        using var process = Process.Start(_seed.Command())!;
        var begin = Stopwatch.GetTimestamp();
        while (growths > 0)
        {
            Assert.False(process.HasExited, "The run ended before it was killed.");
            Assert.True(Stopwatch.GetElapsedTime(begin) < Patience, $"'{file}' doesn't grow.");
            if (Length() is var now && now > length)
            {
                // The first that a new file holds is no caption but its header.
                growths -= length == 0 ? 0 : 1;
                length = now;
            }

            Thread.SpinWait(100);
        }

        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(128 + 9, process.ExitCode);

        long Length() => new FileInfo(file) is { Exists: true } found ? found.Length : 0;
    }
}
