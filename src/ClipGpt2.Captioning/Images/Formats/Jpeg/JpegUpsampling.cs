using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>Bringing a component of fewer samples to the picture's size, as libjpeg-turbo does with "fancy" upsampling.</summary>
/// <remarks>
/// <c>jdsample.c</c>: triangle filters where a component is halved across, down or both ways, repetition otherwise. Beyond an edge lies its own
/// last sample. Two half-open roundings alternate so that no bias arises.
/// </remarks>
internal static class JpegUpsampling
{
    /// <summary>How much longer than a component's row the numbers are that <see cref="Row"/> works in: one beyond each edge.</summary>
    public const int Margin = 2;

    /// <summary>Upsamples one row of the result.</summary>
    /// <param name="component">The component.</param>
    /// <param name="across">How many times wider the result is.</param>
    /// <param name="down">How many times higher the result is.</param>
    /// <param name="y">The row of the result.</param>
    /// <param name="scratch">What is overwritten on the way; the component's width and <see cref="Margin"/>.</param>
    /// <param name="row">The result's row; at least <paramref name="across"/> times the component's width.</param>
    public static void Row(JpegComponent component, int across, int down, int y, Span<ushort> scratch, Span<byte> row)
    {
        var width = component.Width;
        var near = component.Samples.Slice(y / down * component.Stride, width);
        switch (across, down)
        {
            case (1, 1):
                near.CopyTo(row);
                break;
            case (1, 2):
                Blend(near, Far(component, y), scratch);
                Narrow(scratch[1..(width + 1)], y % 2 == 0 ? 1 : 2, row);
                break;
            case (2, 1) when width > 2:
                Widen(near, scratch);
                Across(scratch[..(width + Margin)], evenRounding: 1, oddRounding: 2, shift: 2, row);
                break;
            case (2, 2) when width > 2:
                Blend(near, Far(component, y), scratch);
                Across(scratch[..(width + Margin)], evenRounding: 8, oddRounding: 7, shift: 4, row);
                break;
            default:
                for (var x = 0; x < width * across; x++)
                {
                    row[x] = near[x / across];
                }

                break;
        }
    }

    /// <summary>The second nearest row of a component that is halved down: above an upper row and below a lower one.</summary>
    private static ReadOnlySpan<byte> Far(JpegComponent component, int y)
    {
        var row = Math.Clamp((y / 2) + (y % 2 == 0 ? -1 : 1), 0, component.Height - 1);
        return component.Samples.Slice(row * component.Stride, component.Width);
    }

    private static void Widen(ReadOnlySpan<byte> near, Span<ushort> numbers)
    {
        for (var x = 0; x < near.Length; x++)
        {
            numbers[x + 1] = near[x];
        }

        RepeatEdges(numbers, near.Length);
    }

    /// <summary>Three parts of the near row and one of the far.</summary>
    private static void Blend(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> numbers)
    {
        var x = 0;
        for (; x + Vector128<byte>.Count <= near.Length; x += Vector128<byte>.Count)
        {
            var (n, f) = (Vector128.Create(near[x..]), Vector128.Create(far[x..]));
            ((Vector128.WidenLower(n) * 3) + Vector128.WidenLower(f)).CopyTo(numbers[(x + 1)..]);
            ((Vector128.WidenUpper(n) * 3) + Vector128.WidenUpper(f)).CopyTo(numbers[(x + 9)..]);
        }

        for (; x < near.Length; x++)
        {
            numbers[x + 1] = (ushort)((3 * near[x]) + far[x]);
        }

        RepeatEdges(numbers, near.Length);
    }

    private static void RepeatEdges(Span<ushort> numbers, int width) => (numbers[0], numbers[width + 1]) = (numbers[1], numbers[width]);

    private static void Narrow(ReadOnlySpan<ushort> numbers, int rounding, Span<byte> row)
    {
        for (var x = 0; x < numbers.Length; x++)
        {
            row[x] = (byte)((numbers[x] + rounding) >> 2);
        }
    }

    /// <summary>Two samples for each number: three parts of it, and one of the number before, or behind.</summary>
    private static void Across(ReadOnlySpan<ushort> numbers, ushort evenRounding, ushort oddRounding, int shift, Span<byte> row)
    {
        var x = 1;
        if (BitConverter.IsLittleEndian)
        {
            // Each pair of samples is one number, the first in its low byte.
            var pairs = MemoryMarshal.Cast<byte, ushort>(row);
            for (; x + Vector128<ushort>.Count < numbers.Length; x += Vector128<ushort>.Count)
            {
                var here = Vector128.Create(numbers[x..]) * 3;
                var even = (here + Vector128.Create(numbers[(x - 1)..]) + Vector128.Create(evenRounding)) >>> shift;
                var odd = (here + Vector128.Create(numbers[(x + 1)..]) + Vector128.Create(oddRounding)) >>> shift;
                (even | (odd << 8)).CopyTo(pairs[(x - 1)..]);
            }
        }

        for (; x + 1 < numbers.Length; x++)
        {
            row[(2 * x) - 2] = (byte)(((3 * numbers[x]) + numbers[x - 1] + evenRounding) >> shift);
            row[(2 * x) - 1] = (byte)(((3 * numbers[x]) + numbers[x + 1] + oddRounding) >> shift);
        }
    }
}
