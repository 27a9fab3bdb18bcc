using ClipGpt2.Captioning.Tests.Weights.Hub;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Tests.Fetching;

/// <summary>A fetch that is killed, at whatever moment, leaves nothing that loads wrong, and the next one goes on.</summary>
public sealed class FetchKillTests : IDisposable
{
    private const int Seed = 11;
    private const int Files = 4;

    private const int Kills = 12;
    private const int Attempts = 60;

    /// <summary>The moments: at a request, within a file, and around the places where one gets its name; and up to how many of the kind may come before.</summary>
    private static readonly (string Line, int Most)[] Moments = [("written", 80), ("HEAD", 4), ("GET", 3), ("right", 2), ("in its place", 2), ("written", 80)];

    private readonly FetchFolder _folder = new(weightBytes: 3_000_000);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Kills_at_random_moments_leave_nothing_wrong_and_a_rerun_completes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        // Slow enough that a kill finds the process at work.
        _folder.Hub.Tamper = (request, answer) => _folder.Hub.IsStorage(request) ? answer with { Pause = TimeSpan.FromMilliseconds(2) } : answer;
        var random = new Random(Seed);
        List<string> killed = [];
        for (var attempt = 0; attempt < Attempts && killed.Count < Kills; attempt++)
        {
            using var process = new TracedProcess(FetchProcess.Model(_folder, "--verbose"));
            var (line, most) = Moments[random.Next(Moments.Length)];
            if (process.ReadTo(line, random.Next(1, most + 1)))
            {
                process.Kill();
                killed.Add(process.LastLine);
                AssertNothingLoadsWrong(string.Join(" | ", killed));
            }
            else
            {
                // It came to its end: begin again.
                AssertIsWhole();
                Directory.Delete(_folder.Cache, recursive: true);
            }
        }

        Assert.Equal(Kills, killed.Count);
        Assert.Contains(killed, line => line.Contains("written", StringComparison.Ordinal));
        Assert.Contains(_folder.Hub.Gets(FetchFolder.Weights), request => request.Header("Range") is not null);

        using var last = new TracedProcess(FetchProcess.Model(_folder, "--verbose"));
        Assert.Equal(0, last.WaitForExit());
        AssertIsWhole();
    }

    /// <summary>All files, and nothing besides.</summary>
    private void AssertIsWhole()
    {
        Assert.Equal(Files, _folder.AssertNothingIsWrong().Count);
        Assert.Equal(Files, Directory.GetFiles(Path.Combine(_folder.Repository, "blobs")).Length);
        Assert.Equal(["blobs", "refs", "snapshots"], Directory.GetFileSystemEntries(_folder.Repository).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(_folder.Repository, "refs", "main")));
    }

    /// <summary>The model isn't there at all, or is there with all that it consists of.</summary>
    private void AssertNothingLoadsWrong(string killed)
    {
        var names = _folder.AssertNothingIsWrong();
        try
        {
            using var model = ModelFolder.Open(FakeHub.Id, new ModelSearchOptions { CacheFolder = _folder.Cache });
            Assert.True(names.Count == Files, $"Only {string.Join(", ", names)} are there after the kills at: {killed}");
            Assert.Equal(["a"], model.Weights.Tensors.Keys);
        }
        catch (ModelNotFoundException)
        {
            Assert.True(names.Count <= Files);
        }
    }
}
