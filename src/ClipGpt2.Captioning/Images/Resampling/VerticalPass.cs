using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>The second pass: each wanted row from the rows above and below it. It treats a row as bytes, whatever a pixel is.</summary>
internal static unsafe class VerticalPass
{
    /// <summary>Computes all rows of an axis.</summary>
    /// <param name="source">The row that <paramref name="firstRow"/> counts as.</param>
    /// <param name="stride">Bytes from row to row of the source.</param>
    /// <param name="firstRow">The number of the source's first row in the weights' counting.</param>
    /// <param name="target">Count rows of <paramref name="rowBytes"/>.</param>
    /// <param name="rowBytes">The bytes of a row.</param>
    /// <param name="weights">The axis.</param>
    public static void Rows(byte* source, int stride, int firstRow, byte* target, int rowBytes, AxisWeights weights)
    {
        var starts = weights.Starts;
        var all = weights.FixedWeights();
        var taps = weights.Taps;
        for (var y = 0; y < weights.Count; y++, target += rowBytes)
        {
            fixed (int* row = all.Slice(y * taps, taps))
            {
                Row(source + ((nint)(starts[y] - firstRow) * stride), stride, target, rowBytes, row, taps);
            }
        }
    }

    private static void Row(byte* source, int stride, byte* target, int rowBytes, int* weights, int taps)
    {
        const int Step = 16;
        if (rowBytes < Step)
        {
            for (var x = 0; x < rowBytes; x++)
            {
                target[x] = FixedPoint.Round(Sum(source + x, stride, weights, taps));
            }

            return;
        }

        for (var x = 0; x <= rowBytes - Step; x += Step)
        {
            Sum16(source + x, stride, weights, taps).Store(target + x);
        }

        // The rest once more together with bytes that are done already.
        Sum16(source + rowBytes - Step, stride, weights, taps).Store(target + rowBytes - Step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Sum16(byte* source, int stride, int* weights, int taps)
    {
        var left = Vector256.Create(FixedPoint.Half);
        var right = left;
        for (var i = 0; i < taps; i++, source += stride)
        {
            var weight = Vector256.Create(weights[i]);
            left += FixedPoint.Load8(source) * weight;
            right += FixedPoint.Load8(source + 8) * weight;
        }

        return FixedPoint.Round(left.GetLower(), left.GetUpper(), right.GetLower(), right.GetUpper());
    }

    private static int Sum(byte* source, int stride, int* weights, int taps)
    {
        var sum = FixedPoint.Half;
        for (var i = 0; i < taps; i++, source += stride)
        {
            sum += *source * weights[i];
        }

        return sum;
    }
}
