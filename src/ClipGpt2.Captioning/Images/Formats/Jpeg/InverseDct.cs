namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>The inverse cosine transform of a block, in the integers of libjpeg's accurate method.</summary>
/// <remarks>The algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 13-bit constants, as <c>jidctint.c</c> (JDCT_ISLOW) rounds it.</remarks>
internal static class InverseDct
{
    private const int ConstantBits = 13;
    private const int Pass1Bits = 2;

    /// <summary>Turns quantized coefficients into samples.</summary>
    /// <param name="block">64 coefficients in natural order.</param>
    /// <param name="quantization">64 factors in natural order.</param>
    /// <param name="samples">The upper left sample.</param>
    /// <param name="stride">Samples from row to row.</param>
    public static void Transform(ReadOnlySpan<short> block, ReadOnlySpan<int> quantization, Span<byte> samples, int stride)
    {
        Span<int> work = stackalloc int[64];
        for (var i = 0; i < 64; i++)
        {
            work[i] = block[i] * quantization[i];
        }

        for (var x = 0; x < 8; x++)
        {
            Transform(work[x..], 8, ConstantBits - Pass1Bits);
        }

        for (var y = 0; y < 8; y++)
        {
            var row = work.Slice(8 * y, 8);
            Transform(row, 1, ConstantBits + Pass1Bits + 3);
            for (var x = 0; x < 8; x++)
            {
                samples[(y * stride) + x] = (byte)Math.Clamp(row[x] + 128, 0, 255);
            }
        }
    }

    /// <summary>Eight values, <paramref name="step"/> apart, in place.</summary>
    private static void Transform(Span<int> v, int step, int shift)
    {
        // The even half.
        var z1 = (v[2 * step] + v[6 * step]) * Fix(0.541196100);
        var even2 = z1 - (v[6 * step] * Fix(1.847759065));
        var even3 = z1 + (v[2 * step] * Fix(0.765366865));
        var even0 = (v[0] + v[4 * step]) << ConstantBits;
        var even1 = (v[0] - v[4 * step]) << ConstantBits;
        var (sum0, sum3, sum1, sum2) = (even0 + even3, even0 - even3, even1 + even2, even1 - even2);

        // The odd half.
        var (o0, o1, o2, o3) = (v[7 * step], v[5 * step], v[3 * step], v[step]);
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

        var half = 1 << (shift - 1);
        v[0] = (sum0 + o3 + half) >> shift;
        v[7 * step] = (sum0 - o3 + half) >> shift;
        v[step] = (sum1 + o2 + half) >> shift;
        v[6 * step] = (sum1 - o2 + half) >> shift;
        v[2 * step] = (sum2 + o1 + half) >> shift;
        v[5 * step] = (sum2 - o1 + half) >> shift;
        v[3 * step] = (sum3 + o0 + half) >> shift;
        v[4 * step] = (sum3 - o0 + half) >> shift;
    }

    private static int Fix(double constant) => (int)((constant * (1 << ConstantBits)) + 0.5);
}
