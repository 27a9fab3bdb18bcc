using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>Servers that break off, stall, lie and change their minds.</summary>
public sealed class BadServerTests : IDisposable
{
    private const string Weights = FetchFolder.Weights;

    private readonly FetchFolder _folder = new();
    private int _times;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_connection_that_breaks_off_again_and_again_goes_on_each_time()
    {
        // More often than may be tried in vain: each try gains something.
        Storage((_, answer) => answer with { BreakAfter = 40_000 });
        var model = await FetchWhole();
        var ranges = _folder.Hub.Gets(Weights).Where(_folder.Hub.IsStorage).Select(request => request.Header("Range")).ToList();
        Assert.Equal([null, "bytes=40000-", "bytes=80000-"], ranges.Take(3));
        Assert.Equal((_folder.Hub.Content(Weights).Length / 40_000) + 1, ranges.Count);
        Assert.Equal(_folder.Hub.Requests.Where(request => request.Method == "GET" && _folder.Hub.IsStorage(request)).Count(), ranges.Count);
        Assert.True(model.DownloadedBytes < 301_000);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_comes_any_more_is_given_up_and_taken_up_again()
    {
        Storage((_, answer) => Once() ? answer with { StallAfter = 100_000 } : answer);
        var options = _folder.Options();
        options.Timeout = TimeSpan.FromSeconds(1);
        await FetchWhole(options);
        Assert.Equal("bytes=100000-", _folder.Hub.Gets(Weights)[^1].Header("Range"));
    }

    [Fact]
    public async Task A_slow_server_is_waited_for_as_long_as_something_comes()
    {
        Storage((_, answer) => answer with { Pause = TimeSpan.FromMilliseconds(150) });
        var options = _folder.Options();
        options.Timeout = TimeSpan.FromSeconds(2);
        options.Retries = 0;
        await FetchWhole(options);
    }

    [Fact]
    public async Task A_server_that_never_gets_further_is_given_up()
    {
        Storage((_, answer) => answer with { BreakAfter = 0 });
        var error = await Fails();
        Assert.Contains("broke off", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Equal(1 + _folder.Options().Retries, _folder.Hub.Requests.Count(_folder.Hub.IsStorage));
    }

    [Fact]
    public async Task A_server_that_gives_no_parts_and_breaks_off_is_given_up_too()
    {
        Storage((request, answer) => FakeHub.Serve(request with { Headers = new Dictionary<string, string>() }, _folder.Hub.Content(Weights), "\"x\"") with { BreakAfter = 100_000 });
        await Fails();
        Assert.Equal(1 + _folder.Options().Retries, _folder.Hub.Requests.Count(_folder.Hub.IsStorage));
    }

    [Fact]
    public async Task A_server_that_gives_no_parts_begins_anew()
    {
        Begin(Weights, _folder.Hub.Content(Weights)[..1000]);
        Storage((request, _) => FakeHub.Serve(request with { Headers = new Dictionary<string, string>() }, _folder.Hub.Content(Weights), "\"x\""));
        await FetchWhole();
    }

    [Fact]
    public async Task A_beginning_of_another_content_is_found_out_and_fetched_anew()
    {
        Begin(Weights, new byte[1000]);
        await FetchWhole();
        Assert.Equal(["bytes=1000-", null], _folder.Hub.Requests.Where(_folder.Hub.IsStorage).Select(request => request.Header("Range")));
    }

    [Fact]
    public async Task A_beginning_that_is_whole_needs_no_byte_more()
    {
        Begin(Weights, _folder.Hub.Content(Weights));
        await FetchWhole();
        Assert.DoesNotContain(_folder.Hub.Requests, _folder.Hub.IsStorage);
    }

    [Fact]
    public async Task A_beginning_that_is_too_long_is_thrown_away()
    {
        Begin(Weights, new byte[400_000]);
        await FetchWhole();
    }

    [Fact]
    public async Task A_server_that_refuses_the_rest_begins_anew()
    {
        Begin(Weights, _folder.Hub.Content(Weights)[..1000]);
        Storage((request, answer) => request.Header("Range") is null ? answer : new LocalAnswer(416));
        await FetchWhole();
    }

    [Fact]
    public async Task A_wrong_content_never_gets_a_name()
    {
        Storage((_, answer) =>
        {
            var body = answer.Body.ToArray();
            body[^1] ^= 1;
            return answer with { Body = body };
        });
        var error = await Fails();
        Assert.Contains($"the server says {_folder.Hub.Hash(Weights)}", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(_folder.Partial(Weights)).Length);
    }

    [Fact]
    public async Task A_wrong_content_that_comes_in_pieces_ends_too()
    {
        Storage((_, answer) => answer with { Body = new byte[answer.Body.Length], BreakAfter = 100_000 });
        Assert.Contains("damaged", (await Fails()).Message, StringComparison.Ordinal);
        Assert.Equal(2 * ((_folder.Hub.Content(Weights).Length / 100_000) + 1), _folder.Hub.Requests.Count(_folder.Hub.IsStorage));
    }

    [Fact]
    public async Task A_small_file_is_compared_with_gits_hash()
    {
        _folder.Hub.Tamper = (request, answer) => request is { Method: "GET" } && request.Path.EndsWith("/vocab.json", StringComparison.Ordinal) ? answer with { Body = "[]"u8.ToArray() } : answer;
        Assert.Contains(_folder.Hub.Hash("vocab.json"), (await Fails()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("299999", 299_999)]
    [InlineData("", 310_000)]
    [InlineData("310000", 310_000)]
    [InlineData("999999999999", 300_000)]
    public async Task A_length_that_is_not_the_announced_one_is_an_error(string header, int length)
    {
        Storage((_, answer) => (answer with { Body = new byte[length] }).With("Content-Length", header));
        var error = await Fails();
        Assert.Contains($"{_folder.Hub.Content(Weights).Length}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_shorter_than_it_says_is_completed()
    {
        Storage((_, answer) => Once() ? (answer with { Body = answer.Body[..1000] }).With("Content-Length", $"{_folder.Hub.Content(Weights).Length}") : answer);
        await FetchWhole();
    }

    [Theory]
    [InlineData("bytes 0-299999/300000")]
    [InlineData("bytes 1000-1999/2000")]
    [InlineData("")]
    public async Task A_part_that_was_not_asked_for_is_an_error(string range)
    {
        Begin(Weights, _folder.Hub.Content(Weights)[..1000]);
        Storage((_, answer) => answer.With("Content-Range", range));
        Assert.Contains("from 1000 on", (await Fails()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packed_body_is_an_error()
    {
        Storage((_, answer) => answer.With("Content-Encoding", "gzip"));
        Assert.Contains("gzip", (await Fails()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_file_that_changes_on_the_way_is_an_error_and_its_parts_are_asked_for_by_tag()
    {
        Begin("vocab.json", "{"u8.ToArray());
        _folder.Hub.Tamper = (request, answer) => request is { Method: "GET" } && request.Path.EndsWith("/vocab.json", StringComparison.Ordinal) ? answer.With("ETag", "\"other\"") : answer;
        Assert.Contains("has changed", (await Fails()).Message, StringComparison.Ordinal);
        Assert.Equal($"\"{_folder.Hub.Hash("vocab.json")}\"", Assert.Single(_folder.Hub.Gets("vocab.json")).Header("If-Range"));
    }

    [Fact]
    public async Task More_than_the_disk_holds_is_refused_before_a_byte_comes()
    {
        _folder.Hub.Tamper = (_, answer) => answer.Headers.ContainsKey("X-Linked-Size") ? answer.With("X-Linked-Size", "4000000000000000") : answer;
        var error = await Assert.ThrowsAsync<CaptioningException>(() => _folder.FetchAsync());
        Assert.Contains("4000000.0 GB", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Hub.Requests, request => request.Method == "GET" && request.Path.Contains("resolve", StringComparison.Ordinal));
    }

    private void Storage(Func<LocalRequest, LocalAnswer, LocalAnswer> change) =>
        _folder.Hub.Tamper = (request, answer) => _folder.Hub.IsStorage(request) ? change(request, answer) : answer;

    private bool Once() => Interlocked.Increment(ref _times) == 1;

    /// <summary>Leaves behind what an earlier run could have.</summary>
    private void Begin(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Partial(name))!);
        File.WriteAllBytes(_folder.Partial(name), content);
    }

    private async Task<HubModel> FetchWhole(HubOptions? options = null)
    {
        var model = await _folder.FetchAsync(options);
        Assert.Contains(Weights, _folder.AssertNothingIsWrong());
        Assert.False(File.Exists(_folder.Partial(Weights)));
        return model;
    }

    private async Task<DownloadException> Fails()
    {
        var error = await Assert.ThrowsAsync<DownloadException>(() => _folder.FetchAsync());
        Assert.DoesNotContain("config.json", _folder.AssertNothingIsWrong());
        return error;
    }
}
