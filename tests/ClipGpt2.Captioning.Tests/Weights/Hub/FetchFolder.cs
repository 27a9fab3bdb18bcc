using System.Text;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>A fake hub with a small model of a large file and some small ones, and an empty cache.</summary>
internal sealed class FetchFolder : IDisposable
{
    public const string Weights = "model.safetensors";

    private readonly TemporaryFolder _folder = new();

    public FetchFolder(int weightBytes = 300_000)
    {
        var header = Encoding.UTF8.GetBytes($$$"""{"a":{"dtype":"U8","shape":[{{{weightBytes}}}],"data_offsets":[0,{{{weightBytes}}}]}}""");
        var values = new byte[weightBytes];
        new Random(3).NextBytes(values);
        Hub.Add(".gitattributes", "x").Add("README.md", "# A model").Add("config.json", """{"model_type":"gpt2"}""").Add("merges.txt", "#version: 0.2\n")
            .Add("vocab.json", "{}").Add("pytorch_model.bin", "no").Add(Weights, [.. BitConverter.GetBytes((long)header.Length), .. header, .. values], isLarge: true);
    }

    public FakeHub Hub { get; } = new();

    public string Cache => _folder.File("cache");

    public string Repository => Path.Combine(Cache, "models--org--name");

    public string Snapshot => Path.Combine(Repository, "snapshots", FakeHub.Commit);

    /// <summary>Options that wait for nothing long.</summary>
    public HubOptions Options() => new()
    {
        CacheFolder = Cache,
        Endpoint = Hub.Address,
        Timeout = TimeSpan.FromSeconds(5),
        Retries = 3,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        LongestRetryDelay = TimeSpan.FromSeconds(2),
    };

    public async Task<HubModel> FetchAsync(HubOptions? options = null, HubFetchOptions? files = null, IProgress<DownloadProgress>? progress = null, CancellationToken token = default)
    {
        using var client = new HubClient(options ?? Options());
        return await client.FetchAsync(FakeHub.Id, files, progress, token);
    }

    public string Blob(string name) => Path.Combine(Repository, "blobs", Hub.Hash(name));

    public string Partial(string name) => $"{Blob(name)}.incomplete";

    /// <summary>That each file of the snapshot has its content, and each blob its hash.</summary>
    /// <returns>The names of the snapshot's files.</returns>
    public IReadOnlyList<string> AssertNothingIsWrong()
    {
        List<string> names = Directory.Exists(Snapshot) ? [.. Directory.EnumerateFiles(Snapshot, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Snapshot, file)).Order(StringComparer.Ordinal)] : [];
        Assert.All(names, name => Assert.True(Hub.Content(name).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Snapshot, name))), name));
        if (Directory.Exists(Path.Combine(Repository, "blobs")))
        {
            var hashes = Hub.Names.ToLookup(Hub.Hash);
            foreach (var blob in Directory.EnumerateFiles(Path.Combine(Repository, "blobs")).Where(blob => !blob.EndsWith(".incomplete", StringComparison.Ordinal)))
            {
                Assert.Equal(Hub.Content(hashes[Path.GetFileName(blob)].First()), File.ReadAllBytes(blob));
            }
        }

        return names;
    }

    public void Dispose()
    {
        Hub.Dispose();
        _folder.Dispose();
    }
}
