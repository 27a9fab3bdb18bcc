using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Reads JSON token by token from a file of any size, or from one line of it; what is wrong is told with the file and the place.</summary>
/// <remarks>Only a window of the file is in memory. One thread uses it.</remarks>
internal sealed class JsonTokens : IDisposable
{
    private readonly string _path;
    private readonly int? _line;
    private readonly Stream? _stream;
    private Memory<byte> _buffer;
    private int _start;
    private int _end;
    private bool _final;
    private JsonReaderState _state;
    private ReadOnlyMemory<byte> _value;

    private JsonTokens(string path, int? line, Stream? stream, Memory<byte> buffer, int end) =>
        (_path, _line, _stream, _buffer, _end, _final) = (path, line, stream, buffer, end, stream is null);

    /// <summary>What the last <see cref="Read"/> came to.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>The element that is read, for messages; null at the top level.</summary>
    public JsonPlace? Place { get; set; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it is to hold, for messages.</param>
    /// <param name="window">The number of bytes to read at once.</param>
    /// <exception cref="CaptioningException">The file can't be opened.</exception>
    public static JsonTokens Open(string path, string content, int window = 1 << 16)
    {
        var tokens = new JsonTokens(path, null, DataFile.Open(path, content), new byte[window], 0);
        tokens.Fill();
        tokens._start = StrictUtf8.MarkLength(tokens._buffer.Span[..tokens._end]);
        return tokens;
    }

    /// <summary>Reads a text in memory, which isn't changed.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="line">The line of the file that it is; null for a whole file.</param>
    public static JsonTokens Of(ReadOnlyMemory<byte> json, string path, int? line = null) => new(path, line, null, MemoryMarshal.AsMemory(json), json.Length);

    /// <summary>Goes to the next token; false behind the last.</summary>
    /// <exception cref="CaptioningException">What stands there is no JSON, or the text ends within it.</exception>
    public bool Read()
    {
        while (!ReadBuffered())
        {
            if (_final)
            {
                return false;
            }

            Fill();
        }

        return true;
    }

    /// <summary>Goes to the next element of a list; false at its end.</summary>
    public bool NextItem() => Read() && Type != JsonTokenType.EndArray;

    /// <summary>Goes to the next member's name; false at the object's end.</summary>
    public bool NextMember() => Read() && Type != JsonTokenType.EndObject;

    /// <summary>Whether the member's name that was just read is this one.</summary>
    public bool IsNamed(ReadOnlySpan<byte> name) => _value.Span[1..^1].SequenceEqual(name);

    /// <summary>The text that was just read.</summary>
    /// <param name="member">The member whose value it is, for messages.</param>
    /// <exception cref="CaptioningException">The value is no text.</exception>
    public string Text(string? member = null)
    {
        if (Type != JsonTokenType.String)
        {
            throw Wrong(member, $"is {Described}, not a text");
        }

        var reader = new Utf8JsonReader(_value.Span);
        reader.Read();
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new CaptioningException(Wrong(member, "is no valid text: it holds invalid UTF-8 or half of a surrogate pair").Message, e);
        }
    }

    /// <summary>The text that is the value of the member whose name was just read.</summary>
    /// <exception cref="CaptioningException">The value is no text.</exception>
    public string ReadText(string member)
    {
        Read();
        return Text(member);
    }

    /// <summary>The id that was just read, a number or a text.</summary>
    /// <exception cref="CaptioningException">The value is neither.</exception>
    public string Id(string member) => Type switch
    {
        JsonTokenType.Number => Encoding.ASCII.GetString(_value.Span),
        JsonTokenType.String => Text(member),
        _ => throw Wrong(member, $"is {Described}, neither a number nor a text"),
    };

    /// <summary>Sees to it that a list or an object begins here.</summary>
    /// <exception cref="CaptioningException">The value is something else.</exception>
    public void Expect(JsonTokenType type, string? member = null)
    {
        if (Type != type)
        {
            throw Wrong(member, $"is {Described}, not {(type == JsonTokenType.StartArray ? "a list" : "an object")}");
        }
    }

    /// <summary>Goes into the list or the object that comes next.</summary>
    /// <exception cref="CaptioningException">The value is something else.</exception>
    public void Begin(JsonTokenType type, string member)
    {
        Read();
        Expect(type, member);
    }

    /// <summary>Passes over the value of the member whose name was just read, or over the value that was just begun.</summary>
    public void Skip()
    {
        if (Type == JsonTokenType.PropertyName)
        {
            Read();
        }

        for (var depth = Depth(Type); depth > 0; depth += Depth(Type))
        {
            Read();
        }
    }

    /// <summary>Reads on to the end, where nothing may follow.</summary>
    public void Finish()
    {
        while (Read())
        {
        }
    }

    public CaptioningException Wrong(string? member, string what)
    {
        var place = Place?.ToString() is { } element ? member is null ? element : $"{element}.{member}" : member;
        return new CaptioningException($"'{_path}'{(_line is null ? "" : $", line {_line}")}{(place is null ? "" : $", {place}")}: {what}.");
    }

    public void Dispose() => _stream?.Dispose();

    private static int Depth(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray or JsonTokenType.StartObject => 1,
        JsonTokenType.EndArray or JsonTokenType.EndObject => -1,
        _ => 0,
    };

    private string Described => Type switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    private bool ReadBuffered()
    {
        var reader = new Utf8JsonReader(_buffer.Span[_start.._end], _final, _state);
        try
        {
            if (!reader.Read())
            {
                return false;
            }
        }
        catch (JsonException e)
        {
            throw new CaptioningException($"'{_path}', line {_line ?? e.LineNumber + 1}: not valid JSON; it is damaged or was cut ({e.Message})", e);
        }

        Type = reader.TokenType;
        var quotes = Type is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0;
        _value = _buffer.Slice(_start + (int)reader.TokenStartIndex, reader.ValueSpan.Length + quotes);
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return true;
    }

    private void Fill()
    {
        _buffer[_start.._end].CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            _buffer = DataFile.Grow(_buffer.ToArray(), $"'{_path}'");
        }

        var read = TextFile.Guard(_path, "JSON", () => _stream!.Read(_buffer.Span[_end..]));
        _end += read;
        _final = read == 0;
    }
}
