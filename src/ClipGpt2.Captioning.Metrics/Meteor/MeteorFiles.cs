using System.IO.Compression;
using System.Text;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The places in which METEOR's data is found: a folder, the jar, or the jar in a folder.</summary>
internal sealed class MeteorFiles : IDisposable
{
    private const string Jar = "meteor-1.5.jar";

    private readonly string? _folder;
    private readonly ZipArchive? _jar;
    private readonly string _path;

    public MeteorFiles(string path)
    {
        _path = path;
        if (Directory.Exists(path))
        {
            _folder = path;
            _jar = Path.Combine(path, Jar) is var jar && File.Exists(jar) ? Open(jar) : null;
            return;
        }

        if (!File.Exists(path))
        {
            throw new CaptioningException($"'{path}' isn't there; METEOR's data is a folder or the file {Jar}.");
        }

        _folder = Path.GetDirectoryName(Path.GetFullPath(path));
        _jar = Open(path);
    }

    /// <summary>The lines of a file that has to be there.</summary>
    public MeteorLines Require(string name) => Find(name)
        ?? throw new CaptioningException($"'{_path}' has no {name}; give the folder or the {Jar} of METEOR 1.5.");

    /// <summary>The lines of a file, in the jar's folders or named flat, or null.</summary>
    public MeteorLines? Find(string name)
    {
        var flat = name.Replace('/', '.');
        var last = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        foreach (var file in _folder is null ? [] : new[] { name, flat, last }.Select(f => Path.Combine(_folder, f)).Where(File.Exists))
        {
            return new MeteorLines($"'{file}'", [.. TextFile.Lines(file, "METEOR's data").Select(line => line.Line)]);
        }

        var entry = _jar?.Entries.FirstOrDefault(e => e.FullName == name || e.FullName.EndsWith("/" + name, StringComparison.Ordinal));
        return entry is null ? null : new MeteorLines($"'{_path}' ({entry.FullName})", Read(entry));
    }

    /// <summary>The table of paraphrases, or null.</summary>
    public string? FindParaphrases()
    {
        var folders = new[] { _folder!, Path.Combine(_folder!, "data") }.Where(Directory.Exists);
        return folders.SelectMany(f => Directory.EnumerateFiles(f, "paraphrase-en*.gz").Order(StringComparer.Ordinal)).FirstOrDefault();
    }

    public void Dispose() => _jar?.Dispose();

    private static ZipArchive Open(string path)
    {
        try
        {
            return TextFile.Open(path, "METEOR's jar", () => ZipFile.OpenRead(path));
        }
        catch (InvalidDataException e)
        {
            throw new CaptioningException($"'{path}' is not METEOR's jar: it isn't a zip archive ({e.Message})", e);
        }
    }

    private List<string> Read(ZipArchiveEntry entry)
    {
        try
        {
            using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
            var lines = new List<string>();
            while (reader.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new CaptioningException($"'{_path}' ({entry.FullName}) is damaged: {e.Message}", e);
        }
    }
}
