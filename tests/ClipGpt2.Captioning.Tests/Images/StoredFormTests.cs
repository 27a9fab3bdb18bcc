using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Tests.Images;

/// <summary>Forms that are rarely written: fewer and more bits, colour keys, run lengths, rows from the top.</summary>
public sealed class StoredFormTests
{
    private const int Bits4 = 2;
    private const int BitFields = 3;

    [Theory]
    [InlineData(2, new byte[] { 0b00_01_10_11 }, new byte[] { 0, 85, 170, 255 })]
    [InlineData(4, new byte[] { 0x0F, 0x3C }, new byte[] { 0, 255, 51, 204 })]
    public void Png_grey_of_few_bits_is_stretched_to_eight(int depth, byte[] row, byte[] expected)
    {
        using var image = Decode(Encoded.Png(4, 1, depth, 0, [row]));
        Assert.Equal(PixelMode.Grey, image.Mode);
        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Fact]
    public void Png_indices_of_few_bits_stay_indices()
    {
        using var image = Decode(Encoded.Png(4, 1, 2, 3, [[0b00_01_10_11]], palette: [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        Assert.Equal(PixelMode.Palette, image.Mode);
        Assert.Equal([0, 1, 2, 3], image.Pixels.ToArray());
        // An index beyond the palette is a grey, as in Pillow.
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 3, 3], image.ToRgb().Pixels.ToArray());
    }

    [Theory]
    [InlineData(2, new byte[] { 10, 99, 20, 99, 30, 99 }, PixelMode.Rgb, new byte[] { 10, 20, 30 })]
    [InlineData(6, new byte[] { 10, 99, 20, 99, 30, 99, 40, 99 }, PixelMode.Rgba, new byte[] { 10, 20, 30 })]
    [InlineData(4, new byte[] { 10, 99, 40, 99 }, PixelMode.Rgba, new byte[] { 10, 10, 10 })]
    public void Png_samples_of_sixteen_bits_keep_their_upper_eight(int colorType, byte[] row, PixelMode mode, byte[] expected)
    {
        using var image = Decode(Encoded.Png(1, 1, 16, colorType, [row]));
        Assert.Equal(mode, image.Mode);
        Assert.Equal(expected, image.ToRgb().Pixels.ToArray());
    }

    [Fact]
    public void A_png_colour_key_shows_the_background_only_where_it_is_asked_for()
    {
        var file = Encoded.Png(2, 1, 8, 2, [[1, 2, 3, 4, 5, 6]], transparency: [0, 1, 0, 2, 0, 3]);
        using var pillow = Decode(file);
        using var white = Decode(file, new ImageDecodingOptions { Fidelity = ImageFidelity.Viewer });
        Assert.Equal([1, 2, 3, 4, 5, 6], pillow.ToRgb().Pixels.ToArray());
        Assert.Equal([255, 255, 255, 4, 5, 6], white.ToRgb().Pixels.ToArray());
    }

    [Fact]
    public void Bmp_rows_from_the_top_are_not_turned()
    {
        byte[] rows = [1, 2, 3, 0, 4, 5, 6, 0];
        using var fromBottom = Decode(Encoded.Bmp(1, 2, 24, 0, rows));
        using var fromTop = Decode(Encoded.Bmp(1, -2, 24, 0, rows));
        Assert.Equal([6, 5, 4, 3, 2, 1], fromBottom.ToRgb().Pixels.ToArray());
        Assert.Equal([3, 2, 1, 6, 5, 4], fromTop.ToRgb().Pixels.ToArray());
    }

    [Fact]
    public void Bmp_run_lengths_of_eight_bits_are_read()
    {
        // Three of 1, end of line; a literal run of 1 2 1 with its filler, end of the bitmap.
        byte[] runs = [3, 1, 0, 0, 0, 3, 1, 2, 1, 0, 0, 1];
        using var image = Decode(Encoded.Bmp(3, 2, 8, 1, runs, palette: [9, 9, 9, 0, 30, 20, 10, 0, 33, 22, 11, 0]));
        Assert.Equal(PixelMode.Palette, image.Mode);
        Assert.Equal([1, 2, 1, 1, 1, 1], image.Pixels.ToArray());
        Assert.Equal([10, 20, 30], image.ToRgb().Pixels[..3].ToArray());
    }

    [Fact]
    public void Bmp_run_lengths_of_four_bits_alternate()
    {
        using var image = Decode(Encoded.Bmp(4, 1, 4, Bits4, [4, 0x12, 0, 1], palette: [9, 9, 9, 0, 8, 8, 8, 0, 7, 7, 7, 0]));
        Assert.Equal([1, 2, 1, 2], image.Pixels.ToArray());
    }

    [Fact]
    public void Bmp_of_sixteen_bits_is_stretched_by_integer_division()
    {
        using var image = Decode(Encoded.Bmp(1, 1, 16, BitFields, [0xFF, 0x07, 0, 0], masks: [0, 0xF8, 0, 0, 0xE0, 0x07, 0, 0, 0x1F, 0, 0, 0]));
        Assert.Equal([0, 255, 255], image.ToRgb().Pixels.ToArray());
    }

    [Fact]
    public void Bmp_palettes_of_greys_are_grey_pictures_and_of_black_and_white_bilevel()
    {
        var greys = Enumerable.Range(0, 256).SelectMany(i => (byte[])[(byte)i, (byte)i, (byte)i, 0]).ToArray();
        using var grey = Decode(Encoded.Bmp(2, 1, 8, 0, [7, 200, 0, 0], greys));
        using var bilevel = Decode(Encoded.Bmp(2, 1, 1, 0, [0b0100_0000, 0, 0, 0], [0, 0, 0, 0, 255, 255, 255, 0]));
        Assert.Equal((PixelMode.Grey, PixelMode.Bilevel), (grey.Mode, bilevel.Mode));
        Assert.Equal([7, 200], grey.Pixels.ToArray());
        Assert.Equal([0, 255], bilevel.Pixels.ToArray());
    }

    /// <summary>The leftmost pixel is in the highest bits, a row begins at a byte, and the largest value is white, or where it is inverted black.</summary>
    [Theory]
    [InlineData(4, 1, new byte[] { 0x0F, 0x80, 0x37, 0x10 }, new byte[] { 0, 255, 136, 51, 119, 17 })]
    [InlineData(4, 0, new byte[] { 0x0F, 0x80, 0x37, 0x10 }, new byte[] { 255, 0, 119, 204, 136, 238 })]
    [InlineData(2, 1, new byte[] { 0b00_01_10_00, 0b11_00_01_00 }, new byte[] { 0, 85, 170, 255, 0, 85 })]
    public void Tiff_grey_of_few_bits_is_stretched_to_eight(int bits, int photometric, byte[] strip, byte[] expected)
    {
        using var image = Decode(Encoded.Tiff(strip, (256, 3), (257, 2), (258, bits), (259, 1), (262, photometric), (277, 1), (278, 2)));
        Assert.Equal(PixelMode.Grey, image.Mode);
        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(4, new byte[] { 0x0F, 0x80 })]
    [InlineData(2, new byte[] { 0b00_11_10_00 })]
    [InlineData(1, new byte[] { 0b0_1_1_00000 })]
    public void Tiff_palettes_of_few_bits_keep_their_indices(int bits, byte[] strip)
    {
        using var image = Decode(Encoded.Tiff(strip, (256, 3), (257, 1), (258, bits), (259, 1), (262, 3), (277, 1), (278, 1)));
        Assert.Equal(PixelMode.Palette, image.Mode);
        var largest = (byte)((1 << bits) - 1);
        Assert.Equal([0, largest, bits == 1 ? largest : (byte)(largest / 2 + 1)], image.Pixels.ToArray());
    }

    [Fact]
    public void Tiff_grey_packed_and_inverted_is_read()
    {
        // PackBits: two of 10, then 20 and 30 as they are; photometric 0 means that 0 is white.
        using var image = Decode(Encoded.Tiff([255, 10, 1, 20, 30], (256, 2), (257, 2), (258, 8), (259, 32773), (262, 0), (277, 1), (278, 2)));
        Assert.Equal(PixelMode.Grey, image.Mode);
        Assert.Equal([245, 245, 235, 225], image.Pixels.ToArray());
    }

    [Fact]
    public void Netpbm_pictures_are_read()
    {
        using var color = Decode([.. "P6 # a comment\n2 1\n255\n"u8, 1, 2, 3, 4, 5, 6]);
        using var bilevel = Decode([.. "P4\n3 1\n"u8, 0b0100_0000]);
        Assert.Equal([1, 2, 3, 4, 5, 6], color.ToRgb().Pixels.ToArray());
        Assert.Equal([255, 0, 255], bilevel.Pixels.ToArray());
    }

    [Fact]
    public void Sixteen_bit_grey_is_clipped_by_the_conversion_to_rgb()
    {
        using var image = Decode(Encoded.Png(2, 1, 16, 0, [[0, 200, 1, 0]]));
        Assert.Equal(PixelMode.Grey16, image.Mode);
        Assert.Equal([200, 200, 200, 255, 255, 255], image.ToRgb().Pixels.ToArray());
    }

    private static DecodedImage Decode(byte[] file, ImageDecodingOptions? options = null) => new SkiaImageDecoder().Decode(file, options);
}
