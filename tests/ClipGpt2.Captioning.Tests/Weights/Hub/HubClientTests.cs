using System.Runtime.Versioning;
using ClipGpt2.Captioning.Tests.Weights.PyTorch;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

public sealed class HubClientTests : IDisposable
{
    private static readonly string[] Needed = ["config.json", "merges.txt", "model.safetensors", "vocab.json"];

    /// <summary>A state dict of one tensor.</summary>
    private static readonly byte[] Pickled = TorchSaveArchive.Bytes(
        PickleCode.Dictionary(("w", PickleCode.Tensor(PickleCode.Storage("FloatStorage", "0", 1), 0, [1], [1]))) + ".", ("data/0", new byte[sizeof(float)]));

    private readonly FetchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_put_where_and_as_Hugging_Face_puts_it()
    {
        var model = await _folder.FetchAsync();
        Assert.Equal((FakeHub.Id, FakeHub.Commit, _folder.Snapshot), (model.Id, model.Commit, model.Folder));
        Assert.Equal(Needed, model.Files.Order(StringComparer.Ordinal));
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(_folder.Repository, "refs", "main")));
        Assert.Equal(Needed.Select(_folder.Hub.Hash).Order(StringComparer.Ordinal), Directory.EnumerateFiles(Path.Combine(_folder.Repository, "blobs")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Needed.Sum(name => _folder.Hub.Content(name).Length), model.DownloadedBytes);
        Assert.Equal(["blobs", "refs", "snapshots"], Directory.EnumerateFileSystemEntries(_folder.Repository).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        using var opened = ModelFolder.Open(FakeHub.Id, new ModelSearchOptions { CacheFolder = _folder.Cache });
        Assert.Equal("gpt2", opened.Config.Text("model_type"));
        Assert.Equal(["a"], opened.Weights.Tensors.Keys);
    }

    [Fact]
    public async Task A_snapshots_files_are_relative_links_to_blobs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links ask for a privilege there.");
        await _folder.FetchAsync();
        Assert.All(Needed, name => Assert.Equal($"../../blobs/{_folder.Hub.Hash(name)}", new FileInfo(Path.Combine(_folder.Snapshot, name)).LinkTarget));
    }

    [Fact]
    public async Task Without_links_a_snapshots_files_are_the_files()
    {
        var options = _folder.Options();
        options.SymbolicLinks = false;
        await _folder.FetchAsync(options);
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
        Assert.All(Needed, name => Assert.Null(new FileInfo(Path.Combine(_folder.Snapshot, name)).LinkTarget));
        Assert.Equal(0, (await _folder.FetchAsync(options)).DownloadedBytes);
    }

    [Fact]
    public async Task Without_links_a_blob_that_is_there_is_copied()
    {
        await _folder.FetchAsync();
        Directory.Delete(_folder.Snapshot, recursive: true);
        var options = _folder.Options();
        options.SymbolicLinks = false;
        Assert.Equal(0, (await _folder.FetchAsync(options)).DownloadedBytes);
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
        Assert.All(Needed, name => Assert.True(File.Exists(_folder.Blob(name))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_whose_name_not_every_system_can_have_keeps_no_other_back(bool all)
    {
        _folder.Hub.Add("runs/events:1.log", "x").Add("a\\b.txt", "x").Add("c:", "x");
        var model = await _folder.FetchAsync(files: new() { AllFiles = all });
        Assert.Superset(Needed.ToHashSet(), model.Files.ToHashSet());
        Assert.DoesNotContain(model.Files, name => name.AsSpan().ContainsAny(':', '\\'));
        Assert.Equal(all, model.Files.Contains("README.md"));
        _folder.AssertNothingIsWrong();
    }

    [Theory]
    [InlineData("open_clip_config.json", "open_clip_pytorch_model.bin")]
    [InlineData("coco_weights.pt", "coco_weights.json")]
    public async Task A_model_of_OpenCLIPs_or_ClipCaps_names_is_fetched_and_found_again(params string[] names)
    {
        using var hub = new FakeHub();
        Array.ForEach([.. names, "README.md", "optimizer.pt"], name => hub.Add(name, name.EndsWith(".json", StringComparison.Ordinal) ? System.Text.Encoding.UTF8.GetBytes("{}") : Pickled));
        var options = _folder.Options();
        options.Endpoint = hub.Address;
        var model = await _folder.FetchAsync(options);
        Assert.Equal(names.Order(), model.Files.Order());
        options.Offline = true;
        Assert.Equal(names.Order(), (await _folder.FetchAsync(options)).Files.Order());
    }

    [Theory]
    [UnsupportedOSPlatform("windows")]
    [InlineData(UnixFileMode.None, UnixFileMode.None)]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute, UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute, UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    public async Task Locks_are_as_open_to_other_users_as_the_cache(UnixFileMode cache, UnixFileMode locks)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no such modes there.");
        Directory.CreateDirectory(_folder.Cache);
        File.SetUnixFileMode(_folder.Cache, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | cache);
        await _folder.FetchAsync();
        var folder = Path.Combine(_folder.Cache, ".locks", "models--org--name");
        Assert.Equal(cache, cache & File.GetUnixFileMode(folder));
        Assert.NotEmpty(Directory.EnumerateFiles(folder));
        Assert.All(Directory.EnumerateFiles(folder), file => Assert.Equal(locks, locks & File.GetUnixFileMode(file)));
        Assert.All(Directory.EnumerateFiles(folder), file => Assert.False(File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherWrite) && cache == UnixFileMode.None));
    }

    [Fact]
    public async Task What_is_there_is_not_fetched_again()
    {
        await _folder.FetchAsync();
        var before = _folder.Hub.Requests.Count;
        var model = await _folder.FetchAsync();
        Assert.Equal((0, Needed.Length), (model.DownloadedBytes, model.Files.Count));
        Assert.Equal(before + 1, _folder.Hub.Requests.Count);
    }

    [Fact]
    public async Task A_blob_that_is_there_is_linked_and_a_link_to_nowhere_is_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links ask for a privilege there.");
        await _folder.FetchAsync();
        File.Delete(Path.Combine(_folder.Snapshot, "vocab.json"));
        File.Delete(_folder.Blob("merges.txt"));
        var model = await _folder.FetchAsync();
        Assert.Equal(_folder.Hub.Content("merges.txt").Length, model.DownloadedBytes);
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task A_blob_that_is_cut_is_fetched_again()
    {
        await _folder.FetchAsync();
        File.Delete(Path.Combine(_folder.Snapshot, FetchFolder.Weights));
        File.WriteAllText(_folder.Blob(FetchFolder.Weights), "cut");
        await _folder.FetchAsync();
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task All_files_and_those_of_a_pattern_can_be_asked_for()
    {
        _folder.Hub.Add("onnx/deep/model.onnx", "onnx");
        var some = await _folder.FetchAsync(files: new() { Include = ["*.md", "onnx/*"] });
        Assert.Equal(Needed.Append("README.md").Append("onnx/deep/model.onnx").Order(StringComparer.Ordinal), some.Files.Order(StringComparer.Ordinal));
        var all = await _folder.FetchAsync(files: new() { AllFiles = true });
        Assert.Equal(_folder.Hub.Names.Order(StringComparer.Ordinal), all.Files.Order(StringComparer.Ordinal));
        Assert.Equal(_folder.Hub.Names.Order(StringComparer.Ordinal), _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task A_commit_can_be_asked_for_and_leaves_no_reference()
    {
        await _folder.FetchAsync(files: new() { Revision = FakeHub.Commit });
        Assert.False(Directory.Exists(Path.Combine(_folder.Repository, "refs")));
        using var opened = ModelFolder.Open(FakeHub.Id, new ModelSearchOptions { CacheFolder = _folder.Cache, Revision = FakeHub.Commit });
        Assert.NotNull(opened.Find("vocab.json"));
    }

    [Fact]
    public async Task A_fetch_that_fails_leaves_nothing_that_could_be_taken_for_a_model()
    {
        _folder.Hub.Tamper = (request, answer) => _folder.Hub.IsStorage(request) ? new LocalAnswer(404) : answer;
        await Assert.ThrowsAnyAsync<CaptioningException>(() => _folder.FetchAsync());
        Assert.DoesNotContain("config.json", _folder.AssertNothingIsWrong());
        Assert.False(File.Exists(Path.Combine(_folder.Repository, "refs", "main")));
        Assert.Throws<ModelNotFoundException>(() => ModelFolder.Open(FakeHub.Id, new ModelSearchOptions { CacheFolder = _folder.Cache }));
    }

    [Fact]
    public async Task A_file_of_two_fetches_at_once_is_downloaded_by_one()
    {
        _folder.Hub.Tamper = (request, answer) => answer with { Pause = TimeSpan.FromMilliseconds(5) };
        var models = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => _folder.FetchAsync())));
        Assert.Equal(Needed.Sum(name => _folder.Hub.Content(name).Length), models.Sum(model => model.DownloadedBytes));
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task A_cancelled_fetch_goes_on_where_it_was()
    {
        _folder.Hub.Tamper = (request, answer) => _folder.Hub.IsStorage(request) ? answer with { Pause = TimeSpan.FromMilliseconds(20), StallAfter = 200_000 } : answer;
        using var cancel = new CancellationTokenSource();
        var progress = new Reports(report =>
        {
            if (report.File == FetchFolder.Weights && report.Done > 50_000)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _folder.FetchAsync(progress: progress, token: cancel.Token));
        var kept = new FileInfo(_folder.Partial(FetchFolder.Weights)).Length;
        Assert.InRange(kept, 50_000, 299_000);

        _folder.Hub.Tamper = (_, answer) => answer;
        var model = await _folder.FetchAsync();
        Assert.Equal($"bytes={kept}-", _folder.Hub.Gets(FetchFolder.Weights)[^1].Header("Range"));
        Assert.True(model.DownloadedBytes < 300_000);
        Assert.Equal(Needed, _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task Progress_rises_to_the_total()
    {
        var progress = new Reports(_ => { });
        await _folder.FetchAsync(progress: progress);
        var total = Needed.Sum(name => _folder.Hub.Content(name).Length);
        Assert.All(progress.All, report => Assert.Equal(total, report.AllTotal));
        Assert.Equal(progress.All.Select(report => report.AllDone).Order(), progress.All.Select(report => report.AllDone));
        Assert.Equal((total, total, total), (progress.All[^1].AllDone, progress.All[^1].Received, progress.All.GroupBy(report => report.File).Sum(file => file.Max(report => report.Done))));
    }

    private sealed class Reports(Action<DownloadProgress> heed) : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> All { get; } = [];

        public void Report(DownloadProgress value)
        {
            All.Add(value);
            heed(value);
        }
    }
}
