using ClipGpt2.Captioning.Images.Resampling;

namespace ClipGpt2.Captioning.Images;

/// <summary>A picture's pixels in the mode in which its file stores them.</summary>
/// <remarks>
/// Rows from the top, without padding, as <see cref="PixelMode"/> lays out a pixel. The memory is rented: dispose the picture to hand it back
/// (one that isn't disposed is merely collected). Any number of threads may read it; filling and disposing need exclusive access.
/// </remarks>
public sealed class DecodedImage : IDisposable
{
    private readonly int _length;
    private byte[]? _buffer;

    /// <summary>Rents memory for a picture; a decoder then fills <see cref="Pixels"/>, whose content is undefined until then.</summary>
    /// <param name="width">The width in pixels, at least 1.</param>
    /// <param name="height">The height in pixels, at least 1.</param>
    /// <param name="mode">How a pixel is stored.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the pixels take more than 2 GB.</exception>
    public DecodedImage(int width, int height, PixelMode mode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var length = (long)width * height * mode.BytesPerPixel();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Array.MaxLength, nameof(height));
        Width = width;
        Height = height;
        Mode = mode;
        _length = (int)length;
        _buffer = PictureBytes.Rent(_length);
    }

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>How a pixel is stored.</summary>
    public PixelMode Mode { get; }

    /// <summary>The EXIF orientation, 1 to 8, that the pixels still have to be turned by to stand upright.</summary>
    /// <value>1 where the file has none or the decoder has turned the pixels.</value>
    public int Orientation { get; init; } = 1;

    /// <summary>The palette of a picture in <see cref="PixelMode.Palette"/>: 256 colours as R, G, B, A; else empty.</summary>
    public ReadOnlyMemory<byte> Palette { get; init; }

    /// <summary>The pixels: H * W * (1, 2 or 4) bytes.</summary>
    /// <exception cref="ObjectDisposedException">The picture was disposed.</exception>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsSpan(0, _length);
        }
    }

    /// <summary>The colour (grey three times) that PNG declares transparent in a picture without alpha.</summary>
    internal RgbColor? TransparentColor { get; init; }

    internal int BytesPerPixel => Mode.BytesPerPixel();

    internal int Stride => Width * BytesPerPixel;

    /// <summary>Copies packed RGB pixels.</summary>
    /// <param name="image">The pixels.</param>
    /// <returns>The same picture in <see cref="PixelMode.Rgb"/>, the caller's to dispose.</returns>
    internal static DecodedImage FromRgb(RgbImage image)
    {
        var result = new DecodedImage(image.Width, image.Height, PixelMode.Rgb);
        RgbConversion.Unpack(image.Pixels.Span, result.Pixels);
        return result;
    }

    /// <summary>The picture in RGB as Pillow's <c>convert("RGB")</c> gives it: alpha is dropped, 16-bit grey clipped, CMYK turned without a profile.</summary>
    /// <returns>uint8 [H, W, 3].</returns>
    public RgbImage ToRgb()
    {
        if (RgbConversion.IsRgbOrGrey(Mode))
        {
            return RgbConversion.Pack(this);
        }

        using var simple = RgbConversion.ToRgbOrGrey(this);
        return RgbConversion.Pack(simple);
    }

    /// <summary>Resizes as Pillow's <c>Image.resize</c> does, bit for bit, in the picture's own mode.</summary>
    /// <param name="width">The new width, at least 1.</param>
    /// <param name="height">The new height, at least 1.</param>
    /// <param name="filter">The filter; palette and black-and-white pictures take <see cref="ResampleFilter.Nearest"/> whatever is given.</param>
    /// <param name="box">The part of this picture to resize; null for all of it.</param>
    /// <returns>A new picture in the same mode, the caller's to dispose.</returns>
    /// <remarks>Follows Pillow 11.3, <c>Image.resize</c> and libImaging's <c>Resample.c</c>.</remarks>
    /// <exception cref="ArgumentException">A size is below 1, or the box doesn't lie in the picture.</exception>
    internal DecodedImage Resize(int width, int height, ResampleFilter filter = ResampleFilter.Bicubic, ResampleBox? box = null) =>
        Resampler.Resize(this, new ResampleRequest(width, height, filter, box), PixelWindow.All(width, height));

    /// <summary>Hands the memory back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            PictureBytes.Return(buffer);
        }
    }
}
