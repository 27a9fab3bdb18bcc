using System.Buffers;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>The two passes for 16-bit grey, which Pillow computes in double and rounds to 16 bits after each.</summary>
internal static class Grey16Resampler
{
    public static void Resize(DecodedImage source, DecodedImage target, AxisWeights? across, AxisWeights? down, PixelWindow window)
    {
        var pixels = MemoryMarshal.Cast<byte, ushort>(source.Pixels);
        var result = MemoryMarshal.Cast<byte, ushort>(target.Pixels);
        var (firstRow, endRow) = down is null ? (window.Top, window.Top + window.Height) : (down.First, down.End);
        var between = ArrayPool<ushort>.Shared.Rent(window.Width * (endRow - firstRow));
        for (var y = firstRow; y < endRow; y++)
        {
            var row = pixels.Slice(y * source.Width, source.Width);
            Across(row, between.AsSpan((y - firstRow) * window.Width, window.Width), across, window.Left);
        }

        for (var y = 0; y < window.Height; y++)
        {
            Down(between, firstRow, result.Slice(y * window.Width, window.Width), down, y);
        }

        ArrayPool<ushort>.Shared.Return(between);
    }

    private static void Across(ReadOnlySpan<ushort> row, Span<ushort> target, AxisWeights? weights, int left)
    {
        if (weights is null)
        {
            row.Slice(left, target.Length).CopyTo(target);
            return;
        }

        for (var x = 0; x < target.Length; x++)
        {
            var sum = 0.0;
            for (var i = 0; i < weights.Taps; i++)
            {
                sum += row[weights.Starts[x] + i] * weights.Weights[(x * weights.Taps) + i];
            }

            target[x] = Round(sum);
        }
    }

    private static void Down(ReadOnlySpan<ushort> rows, int firstRow, Span<ushort> target, AxisWeights? weights, int y)
    {
        if (weights is null)
        {
            rows.Slice(y * target.Length, target.Length).CopyTo(target);
            return;
        }

        for (var x = 0; x < target.Length; x++)
        {
            var sum = 0.0;
            for (var i = 0; i < weights.Taps; i++)
            {
                sum += rows[((weights.Starts[y] - firstRow + i) * target.Length) + x] * weights.Weights[(y * weights.Taps) + i];
            }

            target[x] = Round(sum);
        }
    }

    /// <summary>Pillow clips the two bytes of the rounded value one by one, so that values above 65535 keep their low byte.</summary>
    private static ushort Round(double sum)
    {
        var rounded = (int)(sum >= 0 ? Math.Floor(sum + 0.5) : -Math.Floor(Math.Abs(sum) + 0.5));
        return (ushort)(Math.Clamp(rounded % 256, 0, 255) | (Math.Clamp(rounded >> 8, 0, 255) << 8));
    }
}
