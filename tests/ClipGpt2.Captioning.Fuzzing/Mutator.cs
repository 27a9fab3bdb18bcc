using System.Buffers.Binary;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>Changes bytes at random: flips, other values, integers, cuts, insertions, repetitions and pieces of another file.</summary>
/// <param name="random">Where the choices come from; the same state gives the same bytes.</param>
internal sealed class Mutator(Random random)
{
    private const int MostChanges = 4;

    /// <summary>Headers, directories and pickles stand at a file's ends; what is between them is mostly numbers.</summary>
    private const int Ends = 4096;

    private const int LongestPiece = 64;

    private static readonly long[] Odd =
    [
        0, 1, 2, 4, 7, 8, 16, 64, 100, -1, sbyte.MaxValue, byte.MaxValue, short.MaxValue, ushort.MaxValue, int.MaxValue - 1, int.MaxValue, int.MinValue,
        uint.MaxValue, 1L << 32, 1L << 40, (1L << 53) + 1, long.MaxValue / 4, long.MaxValue - 1, long.MaxValue, long.MinValue,
    ];

    /// <summary>A changed copy of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="other">Another file of the same kind, of which pieces may be taken.</param>
    public byte[] Mutate(byte[] file, byte[] other)
    {
        var bytes = (byte[])file.Clone();
        var changes = 0;
        do
        {
            bytes = Change(bytes, other);
        }
        while (++changes < MostChanges && random.Next(2) == 0);

        return bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other) => bytes.Length == 0 ? Piece(other) : random.Next(14) switch
    {
        0 or 1 or 2 => Flip(bytes),
        3 or 4 => Replace(bytes),
        5 or 6 or 7 => Integer(bytes),
        8 => bytes[..Place(bytes)],
        9 => Insert(bytes, Piece(other)),
        10 => Insert(bytes, Noise()),
        11 => Delete(bytes),
        _ => Overwrite(bytes, random.Next(2) == 0 ? Piece(bytes) : Piece(other)),
    };

    private int Place(byte[] bytes) => random.Next(4) switch
    {
        0 => random.Next(bytes.Length),
        1 => bytes.Length - 1 - random.Next(Math.Min(bytes.Length, Ends)),
        _ => random.Next(Math.Min(bytes.Length, Ends)),
    };

    private byte[] Flip(byte[] bytes)
    {
        bytes[Place(bytes)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private byte[] Replace(byte[] bytes)
    {
        bytes[Place(bytes)] = (byte)random.Next(256);
        return bytes;
    }

    /// <summary>Puts a number of 1 to 8 bytes somewhere, in either order.</summary>
    private byte[] Integer(byte[] bytes)
    {
        var value = random.Next(3) switch
        {
            0 => bytes.Length + random.Next(-2, 3),
            1 => random.NextInt64(),
            _ => Odd[random.Next(Odd.Length)],
        };
        var number = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        var size = 1 << random.Next(4);
        if (random.Next(8) == 0)
        {
            number.AsSpan(0, size).Reverse();
        }

        return Overwrite(bytes, number[..size]);
    }

    private byte[] Overwrite(byte[] bytes, byte[] piece)
    {
        var place = Place(bytes);
        piece.AsSpan(0, Math.Min(piece.Length, bytes.Length - place)).CopyTo(bytes.AsSpan(place));
        return bytes;
    }

    private byte[] Insert(byte[] bytes, byte[] piece)
    {
        var place = Place(bytes);
        return [.. bytes.AsSpan(0, place), .. piece, .. bytes.AsSpan(place)];
    }

    private byte[] Delete(byte[] bytes)
    {
        var place = Place(bytes);
        return [.. bytes.AsSpan(0, place), .. bytes.AsSpan(Math.Min(bytes.Length, place + random.Next(1, LongestPiece)))];
    }

    private byte[] Piece(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return Noise();
        }

        var place = Place(bytes);
        return bytes[place..Math.Min(bytes.Length, place + random.Next(1, LongestPiece))];
    }

    private byte[] Noise()
    {
        var noise = new byte[random.Next(1, LongestPiece)];
        random.NextBytes(noise);
        return noise;
    }
}
