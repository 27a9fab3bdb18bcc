using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

public sealed class HubOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_wrong_values_are_told_at_once_and_the_token_is_not_shown()
    {
        var options = new HubOptions { CacheFolder = "", Endpoint = new("ftp://x"), Token = "my secret", Timeout = TimeSpan.Zero, Retries = -1, RetryDelay = TimeSpan.FromDays(2) };
        var error = Assert.Throws<CaptioningException>(() => new HubClient(options));
        foreach (var name in new[] { "CacheFolder", "Endpoint", "Token", "Timeout", "Retries", "RetryDelay" })
        {
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("my secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_that_follows_redirects_is_refused_however_it_is_wrapped()
    {
        using var sockets = new SocketsHttpHandler();
        using var wrapped = new Wrapper(sockets);
        Assert.Contains("AllowAutoRedirect", Assert.Throws<CaptioningException>(() => new HubClient(null, wrapped)).Message, StringComparison.Ordinal);
        sockets.AllowAutoRedirect = false;
        new HubClient(null, wrapped).Dispose();
    }

    [Fact]
    public async Task A_hosts_handler_sends_and_stays_the_hosts()
    {
        using var folder = new FetchFolder();
        using var sockets = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var wrapped = new Wrapper(sockets);
        for (var i = 1; i <= 2; i++)
        {
            using var client = new HubClient(folder.Options(), wrapped);
            await client.FetchAsync(FakeHub.Id);
        }

        Assert.Equal(folder.Hub.Requests.Count, wrapped.Requests);
    }

    [Fact]
    public void An_empty_environment_gives_the_defaults_under_the_users_folder()
    {
        var (read, defaults) = (Read(), new HubOptions());
        Assert.Equal((defaults.CacheFolder, defaults.Endpoint, defaults.Offline, defaults.SymbolicLinks, defaults.Timeout), (read.CacheFolder, read.Endpoint, read.Offline, read.SymbolicLinks, read.Timeout));
    }

    [Fact]
    public void The_cache_is_the_first_of_the_variables_that_name_it()
    {
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal("/a", Read(("HF_HUB_CACHE", "/a"), ("HUGGINGFACE_HUB_CACHE", "/b"), ("HF_HOME", "/c")).CacheFolder);
        Assert.Equal("/b", Read(("HUGGINGFACE_HUB_CACHE", "/b"), ("HF_HOME", "/c")).CacheFolder);
        Assert.Equal(Path.Combine("/c", "hub"), Read(("HF_HOME", "/c"), ("XDG_CACHE_HOME", "/d")).CacheFolder);
        Assert.Equal(Path.Combine("/d", "huggingface", "hub"), Read(("XDG_CACHE_HOME", "/d")).CacheFolder);
        Assert.Equal($"{user}/x", Read(("HF_HUB_CACHE", "~/x")).CacheFolder);
        Assert.Equal("/e/f/x", Read(("HF_HUB_CACHE", "$D/${E}/x"), ("D", "/e"), ("E", "f")).CacheFolder);
    }

    [Fact]
    public void The_token_is_the_variables_or_else_the_files()
    {
        _folder.Write("token", "hf_file\n");
        var home = ("HF_HOME", _folder.Path);
        Assert.Equal("hf_a", Read(home, ("HF_TOKEN", " hf_a\r\n"), ("HUGGING_FACE_HUB_TOKEN", "hf_b")).Token);
        Assert.Equal("hf_b", Read(home, ("HUGGING_FACE_HUB_TOKEN", "hf_b")).Token);
        Assert.Equal("hf_file", Read(home).Token);
        Assert.Equal("hf_c", Read(home, ("HF_TOKEN_PATH", _folder.Write("other", "hf_c"))).Token);
        Assert.Null(Read(home, ("HF_TOKEN", "hf_a"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).Token);
        Assert.Null(Read(("HF_HOME", _folder.File("none"))).Token);
    }

    [Fact]
    public void Endpoint_timeout_and_switches_are_read()
    {
        var options = Read(("HF_ENDPOINT", "https://mirror.example/hf/"), ("HF_HUB_OFFLINE", "yes"), ("HF_HUB_DISABLE_SYMLINKS", "True"), ("HF_HUB_DOWNLOAD_TIMEOUT", "7"));
        Assert.Equal((new Uri("https://mirror.example/hf/"), true, false, TimeSpan.FromSeconds(7)), (options.Endpoint, options.Offline, options.SymbolicLinks, options.Timeout));
        Assert.True(Read(("TRANSFORMERS_OFFLINE", "ON")).Offline);
        Assert.False(Read(("HF_HUB_OFFLINE", "0")).Offline);
    }

    [Theory]
    [InlineData("HF_ENDPOINT", "mirror")]
    [InlineData("HF_HUB_DOWNLOAD_TIMEOUT", "soon")]
    public void A_variable_that_cannot_be_used_is_named(string name, string value) =>
        Assert.Contains(name, Assert.Throws<CaptioningException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    /// <summary>Reads an environment of its own: not this process's, and without a token of whoever runs the test.</summary>
    private static HubOptions Read(params (string Name, string Value)[] variables)
    {
        var all = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        all.TryAdd("HF_TOKEN_PATH", all.TryGetValue("HF_HOME", out var home) ? Path.Combine(home, "token") : "/nowhere/token");
        return new HubEnvironment(name => all.GetValueOrDefault(name)).Read();
    }

    private sealed class Wrapper(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
