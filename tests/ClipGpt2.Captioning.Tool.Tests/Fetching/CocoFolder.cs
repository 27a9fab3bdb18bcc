using System.IO.Compression;
using ClipGpt2.Captioning.Tests.Weights.Hub;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Weights.Hub;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Tool.Tests.Fetching;

/// <summary>A server with COCO's archive of captions, and a folder for what is fetched.</summary>
internal sealed class CocoFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public CocoFolder() => Server = new LocalServer(request => Tamper(request, request.Path.EndsWith(".zip", StringComparison.Ordinal) ? FakeHub.Serve(request, Archive, EntityTag) : new LocalAnswer(404)));

    public LocalServer Server { get; }

    public byte[] Archive { get; set; } = Zip(("annotations/captions_train2014.json", Text(1)), ("annotations/captions_val2014.json", Text(2)), ("annotations/instances_val2014.json", Text(3)));

    public string EntityTag { get; set; } = "\"0-16\"";

    public Func<LocalRequest, LocalAnswer, LocalAnswer> Tamper { get; set; } = (_, answer) => answer;

    public IReadOnlyList<LocalRequest> Gets => [.. Server.Requests.Where(request => request.Method == "GET")];

    public string Out => Path.Combine(_folder, "out");

    public string Train => Path.Combine(Out, "annotations", "captions_train2014.json");

    /// <summary>What lies in the folder, but the lock.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Out)
        ? [.. Directory.EnumerateFiles(Out, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Out, file)).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    public static byte[] Text(int seed, int bytes = 200_000)
    {
        var text = new byte[bytes];
        new Random(seed).NextBytes(text);
        return text;
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    public async Task<long?> FetchAsync(string name = "coco2014-captions", bool offline = false)
    {
        var options = new HubOptions { Endpoint = Server.Address, Timeout = TimeSpan.FromSeconds(5), Retries = 3, RetryDelay = TimeSpan.FromMilliseconds(1), Offline = offline };
        return await new CocoDownload(CocoArchive.All.Single(archive => archive.Name == name), Out, options, NullLogger.Instance).RunAsync(new Progress<DownloadProgress>(), CancellationToken.None);
    }

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
