using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

/// <summary>The hub with one model, and the storage on another host that it redirects to for large files, as Hugging Face's servers answer.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Id = "org/name";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly Dictionary<string, (byte[] Content, bool IsLarge)> _files = [];
    private readonly LocalServer _hub;
    private readonly LocalServer _storage;

    public FakeHub()
    {
        _hub = new LocalServer(request => Tamper(request, AnswerHub(request)));
        _storage = new LocalServer(request => Tamper(request, AnswerStorage(request)));
    }

    public Uri Address => _hub.Address;

    /// <summary>Changes answers before they are sent.</summary>
    public Func<LocalRequest, LocalAnswer, LocalAnswer> Tamper { get; set; } = (_, answer) => answer;

    /// <summary>What was asked of either server.</summary>
    public IReadOnlyList<LocalRequest> Requests => [.. _hub.Requests, .. _storage.Requests];

    public long Sent => _hub.Sent + _storage.Sent;

    public IEnumerable<string> Names => _files.Keys;

    public byte[] Content(string name) => _files[name].Content;

    /// <summary>The requests for the content of a file.</summary>
    public IReadOnlyList<LocalRequest> Gets(string name) =>
        [.. Requests.Where(request => request.Method == "GET" && (request.Path.EndsWith($"/{name}", StringComparison.Ordinal) || request.Path.EndsWith($"/{Hash(name)}?signature=secret", StringComparison.Ordinal)))];

    public bool IsStorage(LocalRequest request) => request.Port == _storage.Port;

    /// <summary>Adds a file that lies in git, or a large one.</summary>
    public FakeHub Add(string name, byte[] content, bool isLarge = false)
    {
        _files[name] = (content, isLarge);
        return this;
    }

    public FakeHub Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    /// <summary>The name that a file's content has as a blob.</summary>
    public string Hash(string name)
    {
        var (content, isLarge) = _files[name];
        return Convert.ToHexStringLower(isLarge ? SHA256.HashData(content) : CryptographicOperations.HashData(HashAlgorithmName.SHA1, [.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
    }

    public void Dispose()
    {
        _hub.Dispose();
        _storage.Dispose();
    }

    /// <summary>A file, or the part of it that is asked for.</summary>
    public static LocalAnswer Serve(LocalRequest request, byte[] content, string entityTag)
    {
        var range = request.Header("Range");
        if (range is null || (request.Header("If-Range") is { } tag && tag != entityTag))
        {
            return new LocalAnswer(200) { Body = content }.With("ETag", entityTag);
        }

        var from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        return from >= content.Length
            ? new LocalAnswer(416).With("Content-Range", $"bytes */{content.Length}")
            : new LocalAnswer(206) { Body = content.AsMemory(from) }.With("ETag", entityTag).With("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}");
    }

    private LocalAnswer AnswerHub(LocalRequest request)
    {
        if (request.Path is $"/api/models/{Id}/revision/main" or $"/api/models/{Id}/revision/{Commit}")
        {
            var siblings = _files.Keys.Select(name => new { rfilename = name });
            return new LocalAnswer(200) { Body = JsonSerializer.SerializeToUtf8Bytes(new { id = Id, sha = Commit, siblings }) };
        }

        var resolve = $"/{Id}/resolve/{Commit}/";
        if (!request.Path.StartsWith(resolve, StringComparison.Ordinal) || !_files.TryGetValue(Uri.UnescapeDataString(request.Path[resolve.Length..]), out var file))
        {
            return new LocalAnswer(404).With("X-Error-Code", request.Path.StartsWith($"/api/models/{Id}/", StringComparison.Ordinal) ? "RevisionNotFound" : "RepoNotFound");
        }

        var name = Uri.UnescapeDataString(request.Path[resolve.Length..]);
        return file.IsLarge
            ? new LocalAnswer(302)
                .With("Location", $"{_storage.Address}{Hash(name)}?signature=secret")
                .With("X-Linked-Etag", $"\"{Hash(name)}\"")
                .With("X-Linked-Size", file.Content.Length.ToString(CultureInfo.InvariantCulture))
                .With("X-Repo-Commit", Commit)
            : Serve(request, file.Content, $"\"{Hash(name)}\"").With("X-Repo-Commit", Commit);
    }

    /// <summary>As the storage has tags of its own, one that is the hub's matches none.</summary>
    private LocalAnswer AnswerStorage(LocalRequest request)
    {
        var name = _files.Keys.FirstOrDefault(name => request.Path == $"/{Hash(name)}?signature=secret");
        return name is null ? new LocalAnswer(403) : Serve(request, _files[name].Content, "\"storage-1\"");
    }
}
