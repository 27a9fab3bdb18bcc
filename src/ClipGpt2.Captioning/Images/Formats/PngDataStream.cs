namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The compressed bytes of a PNG's pixels, from chunk to chunk, read where the file lies in memory.</summary>
/// <param name="file">The file, pinned for as long as this is read.</param>
/// <param name="length">Its length.</param>
/// <param name="at">Where the first chunk of pixels begins.</param>
internal sealed unsafe class PngDataStream(byte* file, int length, int at) : Stream
{
    private int _next = at;
    private int _begin;
    private int _left;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (_left == 0 && _next < length)
        {
            var chunk = _next + PngChunks.HeaderSize;
            _left = PngChunks.NextData(new ReadOnlySpan<byte>(file, length), ref _next).Length;
            _begin = chunk;
        }

        var read = Math.Min(_left, buffer.Length);
        new ReadOnlySpan<byte>(file + _begin, read).CopyTo(buffer);
        _begin += read;
        _left -= read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
