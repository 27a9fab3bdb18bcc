using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>The inverse cosine transform of a block, in the integers of libjpeg's accurate method.</summary>
/// <remarks>The algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 13-bit constants, as <c>jidctint.c</c> (JDCT_ISLOW) rounds it.</remarks>
internal static class InverseDct
{
    private const int Side = 8;
    private const int ConstantBits = 13;
    private const int Pass1Bits = 2;

    /// <summary>Turns quantized coefficients into samples.</summary>
    /// <param name="block">64 coefficients in natural order.</param>
    /// <param name="quantization">64 factors in natural order.</param>
    /// <param name="samples">The upper left sample.</param>
    /// <param name="stride">Samples from row to row.</param>
    public static void Transform(ReadOnlySpan<short> block, ReadOnlySpan<int> quantization, Span<byte> samples, int stride)
    {
        if (block[1..].IndexOfAnyExcept((short)0) < 0)
        {
            Fill(block[0] * quantization[0], samples, stride);
            return;
        }

        // Eight columns at once, one in each lane; then, turned, eight rows.
        Span<Vector256<int>> lines = stackalloc Vector256<int>[Side];
        for (var y = 0; y < Side; y++)
        {
            var (lower, upper) = Vector128.Widen(Vector128.Create(block[(Side * y)..]));
            lines[y] = Vector256.Create(lower, upper) * Vector256.Create(quantization[(Side * y)..]);
        }

        Span<Vector256<int>> turned = stackalloc Vector256<int>[Side];
        Transform(lines, ConstantBits - Pass1Bits);
        Turn(lines, turned);
        Transform(turned, ConstantBits + Pass1Bits + 3);
        Turn(turned, lines);
        for (var y = 0; y < Side; y++)
        {
            var row = Vector256.Min(Vector256.Max(lines[y] + Vector256.Create(128), Vector256<int>.Zero), Vector256.Create(255)).AsUInt32();
            var words = Vector128.Narrow(row.GetLower(), row.GetUpper());
            MemoryMarshal.Write(samples[(y * stride)..], Vector128.Narrow(words, words).AsUInt64()[0]);
        }
    }

    /// <summary>A block without any detail: what both passes make of its only coefficient.</summary>
    private static void Fill(int value, Span<byte> samples, int stride)
    {
        const int Bits = Pass1Bits + 3;
        var sample = (byte)Math.Clamp((((value << Pass1Bits) + (1 << (Bits - 1))) >> Bits) + 128, 0, 255);
        for (var y = 0; y < Side; y++)
        {
            samples.Slice(y * stride, Side).Fill(sample);
        }
    }

    private static void Turn(Span<Vector256<int>> from, Span<Vector256<int>> to)
    {
        var rows = MemoryMarshal.Cast<Vector256<int>, int>(from);
        var columns = MemoryMarshal.Cast<Vector256<int>, int>(to);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                columns[(x * Side) + y] = rows[(y * Side) + x];
            }
        }
    }

    /// <summary>Eight lines at once, each of eight values in the same lane, in place.</summary>
    private static void Transform(Span<Vector256<int>> v, int shift)
    {
        // The even half.
        var z1 = (v[2] + v[6]) * Fix(0.541196100);
        var even2 = z1 - (v[6] * Fix(1.847759065));
        var even3 = z1 + (v[2] * Fix(0.765366865));
        var even0 = (v[0] + v[4]) << ConstantBits;
        var even1 = (v[0] - v[4]) << ConstantBits;
        var (sum0, sum3, sum1, sum2) = (even0 + even3, even0 - even3, even1 + even2, even1 - even2);

        // The odd half.
        var (o0, o1, o2, o3) = (v[7], v[5], v[3], v[1]);
        var (p1, p2, p3, p4) = (o0 + o3, o1 + o2, o0 + o2, o1 + o3);
        var p5 = (p3 + p4) * Fix(1.175875602);
        p1 *= -Fix(0.899976223);
        p2 *= -Fix(2.562915447);
        p3 = (p3 * -Fix(1.961570560)) + p5;
        p4 = (p4 * -Fix(0.390180644)) + p5;
        o0 = (o0 * Fix(0.298631336)) + p1 + p3;
        o1 = (o1 * Fix(2.053119869)) + p2 + p4;
        o2 = (o2 * Fix(3.072711026)) + p2 + p3;
        o3 = (o3 * Fix(1.501321110)) + p1 + p4;

        var half = Vector256.Create(1 << (shift - 1));
        v[0] = (sum0 + o3 + half) >> shift;
        v[7] = (sum0 - o3 + half) >> shift;
        v[1] = (sum1 + o2 + half) >> shift;
        v[6] = (sum1 - o2 + half) >> shift;
        v[2] = (sum2 + o1 + half) >> shift;
        v[5] = (sum2 - o1 + half) >> shift;
        v[3] = (sum3 + o0 + half) >> shift;
        v[4] = (sum3 - o0 + half) >> shift;
    }

    private static int Fix(double constant) => (int)((constant * (1 << ConstantBits)) + 0.5);
}
