namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The fields of a TIFF's first picture.</summary>
internal sealed class TiffDirectory
{
    private const int EntrySize = 12;
    private const int MaxEntries = 1 << 12;

    private readonly Dictionary<TiffTag, long[]> _fields = [];

    private TiffDirectory(bool big) => IsBigEndian = big;

    public bool IsBigEndian { get; }

    public static TiffDirectory Read(ReadOnlySpan<byte> file)
    {
        var result = new TiffDirectory(file[0] == 'M');
        var at = (long)result.U32(file, 4);
        int count = result.U16(file, at);
        for (var i = 0; i < Math.Min(count, MaxEntries); i++)
        {
            result.ReadEntry(file, at + 2 + (i * EntrySize));
        }

        return result;
    }

    /// <summary>A field's first value, or the default.</summary>
    public long Value(TiffTag tag, long? absent = null) => Values(tag) is [var first, ..]
        ? first
        : absent ?? throw new ImageDecodingException($"The TIFF file has no {tag} field.");

    /// <summary>All values of a field; none where it's absent.</summary>
    public IReadOnlyList<long> Values(TiffTag tag) => _fields.GetValueOrDefault(tag) ?? [];

    private void ReadEntry(ReadOnlySpan<byte> file, long at)
    {
        var tag = (TiffTag)U16(file, at);
        var size = U16(file, at + 2) switch { 1 => 1, 3 => 2, 4 => 4, _ => 0 };
        if (size == 0 || !Enum.IsDefined(tag))
        {
            return;
        }

        long count = U32(file, at + 4);
        // Values of up to 4 bytes stand in the entry itself.
        var values = file.Part(count * size <= 4 ? at + 8 : U32(file, at + 8), count * size);
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = size switch { 1 => values[i], 2 => U16(values, 2 * i), _ => U32(values, 4 * i) };
        }

        _fields[tag] = numbers;
    }

    private ushort U16(ReadOnlySpan<byte> file, long at) => IsBigEndian ? file.U16Big(at) : file.U16(at);

    private uint U32(ReadOnlySpan<byte> file, long at) => IsBigEndian ? file.U32Big(at) : file.U32(at);
}

/// <summary>The fields that matter for pixels.</summary>
internal enum TiffTag
{
    Width = 256,
    Height = 257,
    BitsPerSample = 258,
    Compression = 259,
    Photometric = 262,
    FillOrder = 266,
    StripOffsets = 273,
    Orientation = 274,
    SamplesPerPixel = 277,
    RowsPerStrip = 278,
    StripByteCounts = 279,
    PlanarConfiguration = 284,
    Predictor = 317,
    ColorMap = 320,
    TileWidth = 322,
    ExtraSamples = 338,
    SampleFormat = 339,
}
