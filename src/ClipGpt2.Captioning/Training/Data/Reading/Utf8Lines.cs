using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>The lines of a stream as bytes, one after the other, so that each can be judged with its number.</summary>
/// <param name="stream">The text; closed with the lines.</param>
/// <param name="path">What to call it in messages.</param>
internal sealed class Utf8Lines(Stream stream, string path) : IDisposable
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The line's number, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The line without its end; valid until the next.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Goes to the next line; false at the end.</summary>
    /// <exception cref="CaptioningException">The stream can't be read.</exception>
    public bool Next()
    {
        var searched = 0;
        int length;
        while ((length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n')) < 0 && !_ended)
        {
            searched = _end - _start;
            Fill();
        }

        if (length < 0 && _start == _end)
        {
            return false;
        }

        var (line, taken) = length < 0 ? (_end - _start, _end - _start) : (searched + length, searched + length + 1);
        Line = WithoutEnds(_buffer.AsMemory(_start, line));
        _start += taken;
        Number++;
        return true;
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlyMemory<byte> WithoutEnds(ReadOnlyMemory<byte> line)
    {
        line = Number == 0 ? line[StrictUtf8.MarkLength(line.Span)..] : line;
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            _buffer = DataFile.Grow(_buffer, $"'{path}', line {Number + 1}");
        }

        var read = TextFile.Guard(path, "lines of text", () => stream.Read(_buffer, _end, _buffer.Length - _end));
        _end += read;
        _ended = read == 0;
    }
}
