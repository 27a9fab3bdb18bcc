namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Where the parts of an index of paraphrases lie: a header, four lists of 32-bit numbers, and the text of the phrases.</summary>
internal sealed record ParaphraseLayout(int PhraseCount, int SlotCount, int EntryCount, int TextLength, int LongestPhrase)
{
    /// <summary>The first eight bytes: the kind of file and its version.</summary>
    public const long Magic = 0x3230_5845_444E_4950;

    private const int HeaderLength = sizeof(long) + (6 * sizeof(int));

    public static long TextStarts => HeaderLength;

    public long Slots => TextStarts + ((PhraseCount + 1L) * sizeof(int));

    public long SecondStarts => Slots + ((long)SlotCount * sizeof(int));

    public long Seconds => SecondStarts + ((PhraseCount + 1L) * sizeof(int));

    public long Text => Seconds + ((long)EntryCount * sizeof(int));

    public long Length => Text + TextLength;

    /// <summary>Reads the header; an index of another kind or length is no index.</summary>
    /// <exception cref="InvalidDataException">The bytes are no index.</exception>
    public static ParaphraseLayout Read(IndexBytes bytes)
    {
        Span<int> header = stackalloc int[HeaderLength / sizeof(int)];
        if (bytes.Length < HeaderLength)
        {
            throw new InvalidDataException("The index is shorter than its header.");
        }

        bytes.Read(0, header);
        var layout = new ParaphraseLayout(header[2], header[3], header[4], header[5], header[6]);
        var magic = ((long)header[1] << 32) | (uint)header[0];
        return magic == Magic && layout.SlotCount > layout.PhraseCount && layout.Length == bytes.Length
            ? layout
            : throw new InvalidDataException("The index has another form.");
    }

    public void WriteHeader(BinaryWriter writer)
    {
        writer.Write(Magic);
        foreach (var number in (ReadOnlySpan<int>)[PhraseCount, SlotCount, EntryCount, TextLength, LongestPhrase, 0])
        {
            writer.Write(number);
        }
    }

    public static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var b in text)
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash ^ (hash >> 15);
    }
}
