using ClipGpt2.Captioning.Tests.Weights.Hub;

namespace ClipGpt2.Captioning.Tool.Tests.Fetching;

public sealed class CocoDownloadTests : IDisposable
{
    private static readonly string[] Fetched = ["annotations/captions_train2014.json", "annotations/captions_val2014.json", "coco2014-captions.json"];

    private readonly CocoFolder _folder = new();
    private int _times;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_captions_are_fetched_extracted_and_not_fetched_again()
    {
        var run = await ClipGpt2Process.Run(FetchProcess.Command("fetch", "coco2014-captions", "--endpoint", $"{_folder.Server.Address}", "--out", _folder.Out).With("HF_TOKEN", "hf_secret"));
        Assert.Equal((0, string.Concat(Fetched.Take(2).Select(file => $"{Path.Combine(_folder.Out, file)}{Environment.NewLine}"))), (run.ExitCode, run.Output));
        Assert.Equal(Fetched, _folder.Files);
        Assert.Equal(CocoFolder.Text(1), File.ReadAllBytes(_folder.Train));
        Assert.All(_folder.Server.Requests, request => Assert.Equal(("/annotations/annotations_trainval2014.zip", null), (request.Path, request.Header("Authorization"))));

        Assert.Null(await _folder.FetchAsync());
        Assert.Single(_folder.Gets);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_fetched_again_and_so_is_another_version()
    {
        await _folder.FetchAsync();
        File.Delete(_folder.Train);
        Assert.NotNull(await _folder.FetchAsync());
        Assert.Equal(Fetched, _folder.Files);

        (_folder.EntityTag, _folder.Archive) = ("\"1-16\"", CocoFolder.Zip((Fetched[0], "new"u8.ToArray()), (Fetched[1], [])));
        Assert.Equal(_folder.Archive.Length, await _folder.FetchAsync());
        Assert.Equal("new", File.ReadAllText(_folder.Train));
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_with_the_same_version()
    {
        _folder.Tamper = (_, answer) => answer with { BreakAfter = 100_000 };
        Assert.Equal(_folder.Archive.Length, await _folder.FetchAsync());
        Assert.All(_folder.Gets.Skip(1), request => Assert.Equal(_folder.EntityTag, request.Header("If-Range")));
        Assert.Equal("bytes=100000-", _folder.Gets[1].Header("Range"));
        Assert.Equal(Fetched, _folder.Files);
    }

    [Fact]
    public async Task A_version_that_comes_in_between_is_an_error_and_then_fetched_whole()
    {
        var old = _folder.Archive;
        _folder.Tamper = (request, answer) =>
        {
            if (request.Method == "GET" && Interlocked.Increment(ref _times) == 1)
            {
                (_folder.EntityTag, _folder.Archive) = ("\"1-16\"", CocoFolder.Zip((Fetched[0], CocoFolder.Text(4)), (Fetched[1], CocoFolder.Text(5)), ("annotations/x", CocoFolder.Text(6))));
                return answer with { BreakAfter = 100_000 };
            }

            return answer;
        };
        var error = await Fails();
        Assert.True(error.Contains("has changed", StringComparison.Ordinal), error);
        Assert.NotEqual(old, _folder.Archive);
        await _folder.FetchAsync();
        Assert.Equal(CocoFolder.Text(4), File.ReadAllBytes(_folder.Train));
        Assert.Equal(Fetched, _folder.Files);
    }

    [Fact]
    public async Task Without_a_tag_nothing_is_put_together_out_of_two_answers()
    {
        _folder.Tamper = (request, answer) =>
        {
            answer.Headers.Remove("ETag");
            return request.Method == "GET" && Interlocked.Increment(ref _times) <= 2 ? answer with { BreakAfter = 100_000 } : answer;
        };
        await _folder.FetchAsync();
        Assert.All(_folder.Gets, request => Assert.Null(request.Header("Range")));
        Assert.Equal(3, _folder.Gets.Count);
        Assert.Equal(Fetched, _folder.Files);
    }

    [Theory]
    [InlineData("train2014/../../evil.jpg")]
    [InlineData("train2014/..\\..\\evil.jpg")]
    [InlineData("train2014/../../out-evil/x.jpg")]
    public async Task A_name_that_leads_out_of_the_folder_extracts_nothing(string name)
    {
        _folder.Archive = CocoFolder.Zip(("train2014/good.jpg", [1]), (name, [2]));
        Assert.Contains("leads out of its folder", await Fails("coco2014-train-images"), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Files, file => file.EndsWith(".jpg", StringComparison.Ordinal));
        Assert.Equal(["out"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_folder.Out)!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_link_extracts_nothing()
    {
        using var stream = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            var link = zip.CreateEntry("val2014/x");
            link.ExternalAttributes = 0xA1FF << 16;
            using var content = link.Open();
            content.Write("/etc"u8);
        }

        _folder.Archive = stream.ToArray();
        Assert.Contains("is a link", await Fails("coco2014-val-images"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_archive_is_removed_and_fetched_anew()
    {
        var good = _folder.Archive;
        _folder.Archive = [.. good];
        _folder.Archive[5000] ^= 1;
        Assert.Contains("damaged", await Fails(), StringComparison.Ordinal);
        Assert.Empty(_folder.Files);

        _folder.Archive = new byte[1000];
        Assert.Contains("damaged", await Fails(), StringComparison.Ordinal);

        _folder.Archive = CocoFolder.Zip(("other.json", [1]));
        Assert.Contains("none of the files", await Fails(), StringComparison.Ordinal);

        _folder.Archive = good;
        await _folder.FetchAsync();
        Assert.Equal(Fetched, _folder.Files);
    }

    [Fact]
    public async Task What_a_killed_extraction_left_is_cleaned_up_and_what_is_right_stays()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Train)!);
        File.WriteAllBytes(_folder.Train, CocoFolder.Text(1));
        var before = File.GetLastWriteTimeUtc(_folder.Train);
        File.WriteAllBytes($"{_folder.Train}.abcdefgh.ijk.tmp", [1]);
        File.WriteAllBytes(Path.Combine(_folder.Out, "annotations", "captions_val2014.json"), CocoFolder.Text(9));
        await _folder.FetchAsync();
        Assert.Equal(Fetched, _folder.Files);
        Assert.Equal(before, File.GetLastWriteTimeUtc(_folder.Train));
        Assert.Equal(CocoFolder.Text(2), File.ReadAllBytes(Path.Combine(_folder.Out, Fetched[1])));
    }

    [Fact]
    public async Task More_than_the_disk_holds_is_refused_before_a_byte_comes()
    {
        _folder.Tamper = (_, answer) => answer.With("Content-Length", "4000000000000000");
        Assert.Contains("make room", await Fails(), StringComparison.Ordinal);
        Assert.Empty(_folder.Gets);
    }

    [Fact]
    public async Task A_length_that_differs_from_the_announced_one_is_an_error()
    {
        _folder.Tamper = (request, answer) => request.Method == "HEAD" ? answer.With("Content-Length", "1000") : answer;
        Assert.Contains("has 1000", await Fails(), StringComparison.Ordinal);
        Assert.DoesNotContain(Fetched[2], _folder.Files);
    }

    [Fact]
    public async Task A_server_that_moved_is_named_and_offline_sends_nothing()
    {
        _folder.Tamper = (_, _) => new LocalAnswer(301).With("Location", "http://127.0.0.2:1/annotations/annotations_trainval2014.zip");
        Assert.Contains("--endpoint", await Fails(), StringComparison.Ordinal);
        var before = _folder.Server.Requests.Count;
        await Assert.ThrowsAsync<CaptioningException>(() => _folder.FetchAsync(offline: true));
        Assert.Equal(before, _folder.Server.Requests.Count);
    }

    [Fact]
    public void Kills_at_random_moments_leave_no_wrong_file_and_a_rerun_completes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        _folder.Tamper = (_, answer) => answer with { Pause = TimeSpan.FromMilliseconds(5) };
        var random = new Random(13);
        var kills = 0;
        for (var attempt = 0; attempt < 40 && kills < 8; attempt++)
        {
            using var process = new TracedProcess(Command());
            for (var lines = random.Next(1, 45); lines > 0 && process.ReadLine() is not null; lines--)
            {
            }

            if (process.ReadLine() is null)
            {
                Assert.Equal(Fetched, _folder.Files);
                Directory.Delete(_folder.Out, recursive: true);
                continue;
            }

            process.Kill();
            kills++;
            Assert.True(!File.Exists(_folder.Train) || CocoFolder.Text(1).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.Train)), process.LastLine);
        }

        Assert.Equal(8, kills);
        using var last = new TracedProcess(Command());
        Assert.Equal(0, last.WaitForExit());
        Assert.Equal(Fetched, _folder.Files);
        Assert.Equal(CocoFolder.Text(1), File.ReadAllBytes(_folder.Train));

        System.Diagnostics.ProcessStartInfo Command() => FetchProcess.Command("fetch", "coco2014-captions", "--endpoint", $"{_folder.Server.Address}", "--out", _folder.Out, "--verbose");
    }

    private async Task<string> Fails(string name = "coco2014-captions") => (await Assert.ThrowsAnyAsync<CaptioningException>(() => _folder.FetchAsync(name))).Message;
}
