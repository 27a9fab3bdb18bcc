using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Inference;

/// <summary>What a run's models have said so far, one JSON line a caption: a run that was ended in whatever way goes on behind it.</summary>
/// <remarks>Its first line says what is captioned by what; with another one, or files that have changed since, it is begun anew.</remarks>
internal sealed class InferenceJournal : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly Dictionary<(int Model, int Image), string> _captions = [];
    private bool _isRemoved;

    private InferenceJournal(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>How many captions were there when it was opened.</summary>
    public int Kept { get; private set; }

    /// <summary>Opens the journal of a table.</summary>
    /// <param name="table">The table's file.</param>
    /// <param name="settings">What decides the captions.</param>
    /// <exception cref="CaptioningException">It can't be opened: another run may be at work.</exception>
    public static InferenceJournal Open(string table, string settings)
    {
        var path = table + ".partial";
        AtomicFile.MakeFolderOf(path);
        var journal = Guard(path, () => new InferenceJournal(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
        try
        {
            Guard(path, () => journal.Read(settings));
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>What a model's files and a picture's are now: other ones give other captions.</summary>
    public static JsonArray Stamps(IEnumerable<string> files) =>
        [.. files.Select(file => new FileInfo(file)).Select(file => (JsonNode)new JsonArray(file.FullName, file.Exists ? file.Length : 0, file.Exists ? file.LastWriteTimeUtc.Ticks : 0))];

    /// <summary>A model's caption of a picture; null if it isn't known.</summary>
    public string? Find(int model, int image) => _captions.GetValueOrDefault((model, image));

    /// <summary>Notes a caption.</summary>
    /// <exception cref="CaptioningException">It can't be written.</exception>
    public void Add(int model, int image, string caption)
    {
        Guard(_path, () => Write(new JsonArray(model, image, caption)));
        _captions[(model, image)] = caption;
    }

    /// <summary>Removes it, once the table is whole.</summary>
    /// <exception cref="CaptioningException">It can't be removed.</exception>
    public void Remove() => Guard(_path, () =>
    {
        File.Delete(_path);
        _file.Dispose();
        _isRemoved = true;
        return true;
    });

    /// <summary>Closes it; one without a caption is of no use to anybody.</summary>
    public void Dispose()
    {
        if (_captions.Count == 0 && !_isRemoved)
        {
            Remove();
        }

        _file.Dispose();
    }

    private bool Read(string settings)
    {
        using var reader = new StreamReader(_file, leaveOpen: true);
        var lines = reader.ReadToEnd().Split('\n');
        var isSame = lines[0] == settings && lines.Length > 1;
        _file.SetLength(0);
        Write(JsonNode.Parse(settings)!);

        // What follows the last line's end was being written when the run ended.
        foreach (var line in isSame ? lines[1..^1] : [])
        {
            if (JsonNode.Parse(line) is JsonArray { Count: 3 } entry)
            {
                _captions[(entry[0]!.GetValue<int>(), entry[1]!.GetValue<int>())] = entry[2]!.GetValue<string>();
                Write(entry);
            }
        }

        Kept = _captions.Count;
        return true;
    }

    private bool Write(JsonNode line)
    {
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(line));
        _file.WriteByte((byte)'\n');
        _file.Flush();
        return true;
    }

    private static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (InputFile.IsReading(e) || e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InferenceOutputException($"'{path}', which keeps an unfinished run's captions, can't be used: {e.Message} Another run may be writing it; if not, remove it.", e);
        }
    }
}
