using System.Buffers;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>Picks the pixel that lies at the centre of each new one.</summary>
/// <remarks>Positions are added up step by step in double, as <c>ImagingScaleAffine</c> in Pillow's <c>Geometry.c</c> does.</remarks>
internal static class NearestResampler
{
    public static void Resize(DecodedImage source, DecodedImage target, ResampleRequest request, ResampleBox box, PixelWindow window)
    {
        var columns = ArrayPool<int>.Shared.Rent(window.Width);
        var rows = ArrayPool<int>.Shared.Rent(window.Height);
        Positions(box.Left, box.Right, request.Width, source.Width, window.Left, columns.AsSpan(0, window.Width));
        Positions(box.Top, box.Bottom, request.Height, source.Height, window.Top, rows.AsSpan(0, window.Height));
        for (var y = 0; y < window.Height; y++)
        {
            var from = source.Pixels.Slice(rows[y] * source.Stride, source.Stride);
            var to = target.Pixels.Slice(y * target.Stride, target.Stride);
            switch (source.BytesPerPixel)
            {
                case 1:
                    Pick(from, to, columns);
                    break;
                case 2:
                    Pick(MemoryMarshal.Cast<byte, ushort>(from), MemoryMarshal.Cast<byte, ushort>(to), columns);
                    break;
                default:
                    Pick(MemoryMarshal.Cast<byte, uint>(from), MemoryMarshal.Cast<byte, uint>(to), columns);
                    break;
            }
        }

        ArrayPool<int>.Shared.Return(columns);
        ArrayPool<int>.Shared.Return(rows);
    }

    private static void Positions(float from, float to, int outSize, int inSize, int first, Span<int> positions)
    {
        var step = (double)(to - from) / outSize;
        var position = from + (step * 0.5);
        for (var i = -first; i < positions.Length; i++, position += step)
        {
            if (i >= 0)
            {
                positions[i] = Math.Min((int)position, inSize - 1);
            }
        }
    }

    private static void Pick<T>(ReadOnlySpan<T> from, Span<T> to, int[] columns)
    {
        for (var x = 0; x < to.Length; x++)
        {
            to[x] = from[columns[x]];
        }
    }
}
