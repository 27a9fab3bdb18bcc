using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>The first pass: each wanted pixel of a row from its neighbours across.</summary>
internal static unsafe class HorizontalPass
{
    /// <summary>How many pixels one step of <see cref="Rows4"/> takes.</summary>
    public const int TapsMultiple4 = 2;

    /// <summary>How many pixels one step of <see cref="Rows1"/> takes.</summary>
    public const int TapsMultiple1 = 8;

    /// <summary>Rows of four bytes a pixel.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="target">rows * Count * 4 bytes.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="weights">The axis.</param>
    /// <param name="spread">Each weight four times, [Count, Taps, 4].</param>
    public static void Rows4(byte* source, int stride, byte* target, int rows, AxisWeights weights, int* spread)
    {
        fixed (int* starts = weights.Starts)
        {
            for (var y = 0; y < rows; y++, source += stride, target += weights.Count * 4)
            {
                Row4(source, target, starts, weights.Count, weights.Taps, spread);
            }
        }
    }

    /// <summary>Rows of one byte a pixel.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="target">rows * Count bytes.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="weights">The axis.</param>
    public static void Rows1(byte* source, int stride, byte* target, int rows, AxisWeights weights)
    {
        var (count, taps) = (weights.Count, weights.Taps);
        fixed (int* starts = weights.Starts, all = weights.FixedWeights())
        {
            for (var y = 0; y < rows; y++, source += stride, target += count)
            {
                for (var x = 0; x < count; x++)
                {
                    target[x] = FixedPoint.Round(Sum1(source + starts[x], all + (x * taps), taps));
                }
            }
        }
    }

    /// <summary>Each weight four times, for the four bytes of a pixel.</summary>
    public static void Spread(ReadOnlySpan<int> weights, Span<int> spread)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            spread.Slice(4 * i, 4).Fill(weights[i]);
        }
    }

    private static void Row4(byte* source, byte* target, int* starts, int count, int taps, int* spread)
    {
        var size = taps * 4;
        var x = 0;
        for (; x <= count - 4; x += 4, spread += 4 * size)
        {
            var a = Sum4(source + (4 * starts[x]), spread, taps);
            var b = Sum4(source + (4 * starts[x + 1]), spread + size, taps);
            var c = Sum4(source + (4 * starts[x + 2]), spread + (2 * size), taps);
            var d = Sum4(source + (4 * starts[x + 3]), spread + (3 * size), taps);
            FixedPoint.Round(a, b, c, d).Store(target + (4 * x));
        }

        for (; x < count; x++, spread += size)
        {
            var a = Sum4(source + (4 * starts[x]), spread, taps);
            *(uint*)(target + (4 * x)) = FixedPoint.Round(a, a, a, a).AsUInt32().ToScalar();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sum4(byte* pixels, int* spread, int taps)
    {
        var pairs = Vector256<int>.Zero;
        var i = 0;
        for (; i <= taps - 2; i += 2)
        {
            pairs += FixedPoint.Load8(pixels + (4 * i)) * Vector256.Load(spread + (4 * i));
        }

        var sum = pairs.GetLower() + pairs.GetUpper() + Vector128.Create(FixedPoint.Half);
        return i < taps ? sum + (FixedPoint.Load4(pixels + (4 * i)) * Vector128.Load(spread + (4 * i))) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum1(byte* pixels, int* weights, int taps)
    {
        var eights = Vector256<int>.Zero;
        var i = 0;
        for (; i <= taps - 8; i += 8)
        {
            eights += FixedPoint.Load8(pixels + i) * Vector256.Load(weights + i);
        }

        var sum = Vector256.Sum(eights) + FixedPoint.Half;
        for (; i < taps; i++)
        {
            sum += pixels[i] * weights[i];
        }

        return sum;
    }
}
