using System.Buffers;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>Pillow's <c>Image.resize</c>, bit for bit, computing no more than the wanted part of the result.</summary>
/// <remarks>
/// Two passes, across and then down, in fixed point with rounding to bytes between them; a pass whose size doesn't change is left out.
/// Source: Pillow 11.3, <c>Image.resize</c>, <c>ImagingResampleInner</c>.
/// </remarks>
internal static unsafe class Resampler
{
    private const long MaxBytesBetween = 1L << 30;

    /// <summary>Resizes a picture in its own mode.</summary>
    /// <param name="source">The picture.</param>
    /// <param name="request">The new size and the filter.</param>
    /// <param name="window">The part of the new picture to compute; it must lie inside.</param>
    /// <returns>That part, the caller's to dispose.</returns>
    public static DecodedImage Resize(DecodedImage source, ResampleRequest request, PixelWindow window)
    {
        var box = request.BoxIn(source.Width, source.Height);
        var filter = source.Mode is PixelMode.Palette or PixelMode.Bilevel ? ResampleFilter.Nearest : request.Filter;
        var acrossNeeded = request.Width != source.Width || box.Left != 0 || box.Right != request.Width;
        var downNeeded = request.Height != source.Height || box.Top != 0 || box.Bottom != request.Height;
        var target = new DecodedImage(window.Width, window.Height, source.Mode) { Palette = source.Palette };
        if (filter == ResampleFilter.Nearest || (!acrossNeeded && !downNeeded))
        {
            NearestResampler.Resize(source, target, request, box, window);
            return target;
        }

        if (source.Mode is PixelMode.Rgba or PixelMode.GreyAlpha)
        {
            using var multiplied = Premultiplication.Multiply(source);
            Filter(multiplied, target, request, box, window, acrossNeeded, downNeeded);
            Premultiplication.DivideInPlace(target.Pixels);
            return target;
        }

        Filter(source, target, request, box, window, acrossNeeded, downNeeded);
        return target;
    }

    private static void Filter(
        DecodedImage source, DecodedImage target, ResampleRequest request, ResampleBox box, PixelWindow window, bool acrossNeeded, bool downNeeded)
    {
        var filter = request.Filter;
        var multiple = source.BytesPerPixel == 1 ? HorizontalPass.TapsMultiple1 : HorizontalPass.TapsMultiple4;
        using var across = acrossNeeded
            ? AxisWeights.Compute(filter, source.Width, box.Left, box.Right, request.Width, window.Left, window.Width, multiple)
            : null;
        using var down = downNeeded
            ? AxisWeights.Compute(filter, source.Height, box.Top, box.Bottom, request.Height, window.Top, window.Height)
            : null;
        if (source.Mode == PixelMode.Grey16)
        {
            Grey16Resampler.Resize(source, target, across, down, window);
            return;
        }

        fixed (byte* from = source.Pixels, to = target.Pixels)
        {
            var shifted = from + (window.Left * source.BytesPerPixel);
            if (across is null)
            {
                VerticalPass.Rows(shifted, source.Stride, 0, to, target.Stride, down!);
            }
            else if (down is null)
            {
                Across(from + ((nint)window.Top * source.Stride), source, to, window.Height, across);
            }
            else
            {
                AcrossThenDown(source, from, to, target.Stride, across, down);
            }
        }
    }

    private static void AcrossThenDown(DecodedImage source, byte* from, byte* to, int rowBytes, AxisWeights across, AxisWeights down)
    {
        var rows = down.End - down.First;
        if ((long)rows * rowBytes > MaxBytesBetween)
        {
            throw new CaptioningException(
                $"Resizing {source.Width} x {source.Height} pixels takes more than 1 GB between its passes; give a picture of less extreme proportions.");
        }

        var rented = ArrayPool<byte>.Shared.Rent(rows * rowBytes);
        fixed (byte* between = rented)
        {
            Across(from + ((nint)down.First * source.Stride), source, between, rows, across);
            VerticalPass.Rows(between, rowBytes, down.First, to, rowBytes, down);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static void Across(byte* from, DecodedImage source, byte* to, int rows, AxisWeights weights)
    {
        if (source.BytesPerPixel == 1)
        {
            HorizontalPass.Rows1(from, source.Stride, to, rows, weights);
            return;
        }

        var size = weights.Count * weights.Taps * 4;
        var rented = ArrayPool<int>.Shared.Rent(size);
        HorizontalPass.Spread(weights.FixedWeights(), rented.AsSpan(0, size));
        fixed (int* spread = rented)
        {
            HorizontalPass.Rows4(from, source.Stride, to, rows, weights, spread);
        }

        ArrayPool<int>.Shared.Return(rented);
    }
}
