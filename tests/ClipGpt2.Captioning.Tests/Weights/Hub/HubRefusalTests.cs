using System.Collections.Concurrent;
using System.Net;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>What the hub refuses, when it is busy, where it sends one to, and who learns the token.</summary>
public sealed class HubRefusalTests : IDisposable
{
    private const string Token = "hf_secret";

    private readonly FetchFolder _folder = new();
    private int _times;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_token_goes_to_the_hub_and_nobody_else()
    {
        await _folder.FetchAsync(WithToken());
        var (storage, hub) = (_folder.Hub.Requests.Where(_folder.Hub.IsStorage).ToList(), _folder.Hub.Requests.Where(request => !_folder.Hub.IsStorage(request)).ToList());
        Assert.All(hub, request => Assert.Equal($"Bearer {Token}", request.Header("Authorization")));
        Assert.NotEmpty(storage);
        Assert.All(storage, request => Assert.DoesNotContain(request.Headers.Values, value => value.Contains(Token, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_redirect_back_to_the_hub_gets_the_token_again_and_one_through_another_host_does_not_leak_it()
    {
        using var other = new LocalServer(request => new LocalAnswer(302).With("Location", $"{_folder.Hub.Address}moved{request.Path}"));
        _folder.Hub.Tamper = (request, answer) =>
            request.Path.StartsWith("/api/", StringComparison.Ordinal) ? new LocalAnswer(307).With("Location", $"{other.Address}{request.Path[1..]}")
            : request.Path.StartsWith("/moved/", StringComparison.Ordinal) ? new LocalAnswer(404)
            : answer;
        await Assert.ThrowsAsync<ModelNotFoundException>(() => _folder.FetchAsync(WithToken()));
        Assert.Null(Assert.Single(other.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task A_model_that_was_renamed_is_followed_within_the_hub()
    {
        var old = $"/{FakeHub.Id}/";
        _folder.Hub.Tamper = (request, answer) => request.Path.StartsWith(old, StringComparison.Ordinal) && request.Path.EndsWith("/merges.txt", StringComparison.Ordinal)
            ? new LocalAnswer(307).With("Location", "/new/merges.txt")
            : request.Path == "/new/merges.txt" ? FakeHub.Serve(request, _folder.Hub.Content("merges.txt"), $"\"{_folder.Hub.Hash("merges.txt")}\"") : answer;
        await _folder.FetchAsync();
        Assert.Contains("merges.txt", _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        _folder.Hub.Tamper = (request, _) => new LocalAnswer(302).With("Location", request.Path);
        Assert.Contains("redirects more than", (await Fails<DownloadException>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_another_scheme_is_not_followed()
    {
        _folder.Hub.Tamper = (_, _) => new LocalAnswer(302).With("Location", "file:///etc/passwd");
        Assert.Contains("scheme", (await Fails<DownloadException>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_401_says_that_the_model_may_be_gated_and_where_a_token_comes_from()
    {
        Refuse(new LocalAnswer(401).With("X-Error-Message", "Invalid username or password."));
        var error = await Fails<DownloadException>();
        Assert.Equal(HttpStatusCode.Unauthorized, error.StatusCode);
        Assert.Contains("HF_TOKEN", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_folder.Hub.Address}{FakeHub.Id}", error.Message, StringComparison.Ordinal);
        Assert.Contains("Invalid username or password.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_storage_is_not_taken_for_the_hubs()
    {
        _folder.Hub.Tamper = (request, answer) => _folder.Hub.IsStorage(request) ? new LocalAnswer(403) : answer;
        Assert.DoesNotContain("terms", (await Fails<DownloadException>()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "expired")]
    [InlineData(403, "terms")]
    public async Task A_token_that_does_not_open_the_model_is_told_but_not_shown(int status, string expected)
    {
        Refuse(new LocalAnswer(status).With("X-Error-Code", "GatedRepo"));
        var error = await Assert.ThrowsAsync<DownloadException>(() => _folder.FetchAsync(WithToken()));
        Assert.Equal(status, (int)error.StatusCode!);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_told_from_a_revision_that_is_not()
    {
        using var client = new HubClient(_folder.Options());
        var model = await Assert.ThrowsAsync<ModelNotFoundException>(() => client.FetchAsync("org/other"));
        Assert.Contains("There is no 'org/other'", model.Message, StringComparison.Ordinal);
        var revision = await Assert.ThrowsAsync<ModelNotFoundException>(() => client.FetchAsync(FakeHub.Id, new() { Revision = "v2/x" }));
        Assert.Contains("no revision 'v2/x'", revision.Message, StringComparison.Ordinal);
        Assert.EndsWith("/revision/v2%2Fx", _folder.Hub.Requests[^1].Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_busy_server_is_asked_again(int status)
    {
        var asked = new ConcurrentDictionary<(string, string), bool>();
        _folder.Hub.Tamper = (request, answer) => asked.TryAdd((request.Method, request.Path), true) ? new LocalAnswer(status) : answer;
        await _folder.FetchAsync();
        Assert.Contains("config.json", _folder.AssertNothingIsWrong());
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_an_error()
    {
        Refuse(new LocalAnswer(503));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Fails<DownloadException>()).StatusCode);
        Assert.Equal(1 + _folder.Options().Retries, _folder.Hub.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_says_when_to_come_again_is_left_alone_so_long()
    {
        _folder.Hub.Tamper = (_, answer) => Interlocked.Increment(ref _times) == 1 ? new LocalAnswer(429).With("Retry-After", "1") : answer;
        var start = TimeProvider.System.GetTimestamp();
        await _folder.FetchAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_for_too_long_is_an_error_at_once()
    {
        Refuse(new LocalAnswer(429).With("Retry-After", "3600"));
        Assert.Contains("3600 s", (await Fails<DownloadException>()).Message, StringComparison.Ordinal);
        Assert.Single(_folder.Hub.Requests);
    }

    [Fact]
    public async Task A_hub_that_cannot_be_reached_is_an_error_that_names_it()
    {
        var options = _folder.Options();
        using (var gone = new LocalServer(_ => new LocalAnswer(200)))
        {
            options.Endpoint = gone.Address;
        }

        var error = await Assert.ThrowsAsync<DownloadException>(() => _folder.FetchAsync(options));
        Assert.Contains($"{options.Endpoint}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567"}""")]
    [InlineData("""{"sha":"main","siblings":[]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"../../x"}]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"/etc/passwd"}]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"..\\b"}]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":null}]}""")]
    public async Task A_list_of_files_that_is_none_or_leads_out_of_the_cache_is_refused(string body)
    {
        Refuse(new LocalAnswer(200) { Body = System.Text.Encoding.UTF8.GetBytes(body) });
        await Fails<DownloadException>();
        Assert.False(Directory.Exists(_folder.Cache));
    }

    [Theory]
    [InlineData("ETag", "\"not-a-hash\"")]
    [InlineData("ETag", "\"../../../../etc/passwd\"")]
    [InlineData("ETag", "")]
    [InlineData("Content-Length", "")]
    [InlineData("X-Repo-Commit", "9999999999999999999999999999999999999999")]
    public async Task A_file_whose_hash_length_or_commit_is_not_told_is_refused(string header, string value)
    {
        _folder.Hub.Tamper = (request, answer) => request.Method == "HEAD" && !answer.Headers.ContainsKey("X-Linked-Size") ? answer.With(header, value) : answer;
        await Fails<DownloadException>();
        Assert.Empty(_folder.AssertNothingIsWrong());
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a/b/c")]
    [InlineData("a--b")]
    public async Task What_is_no_id_is_refused_before_anything_is_sent(string id)
    {
        using var client = new HubClient(_folder.Options());
        await Assert.ThrowsAsync<ModelNotFoundException>(() => client.FetchAsync(id));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => client.FetchAsync(FakeHub.Id, new() { Revision = "../main" }));
        Assert.Empty(_folder.Hub.Requests);
    }

    private HubOptions WithToken()
    {
        var options = _folder.Options();
        options.Token = Token;
        return options;
    }

    private void Refuse(LocalAnswer refusal) => _folder.Hub.Tamper = (_, _) => refusal;

    private Task<T> Fails<T>()
        where T : CaptioningException => Assert.ThrowsAsync<T>(() => _folder.FetchAsync());
}
