using System.Buffers.Binary;
using ClipGpt2.Captioning.Images;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tests.Images;

/// <summary>Damage that decoders overlook and Pillow doesn't, beside what looks like it and loads there.</summary>
public sealed class DamagedPictureTests
{
    private const byte BaselineFrame = 0xC0;

    private static readonly byte[] Jpeg = ImageDecodingTests.Jpeg(64, 48, SKJpegEncoderDownsample.Downsample420, quality: 80, seed: 5);

    /// <summary>A JPEG of four components, for which the decoder is our own.</summary>
    private static readonly byte[] Cmyk = File.ReadAllBytes(Path.Combine(SampleCaptioner.Repository, "tests", "golden", "images", "jpg_cmyk_80x60.jpg"));

    public static TheoryData<bool, double, string> Breaks
    {
        get
        {
            var data = new TheoryData<bool, double, string>();
            foreach (var place in new[] { 0.1, 0.5, 1 })
            {
                foreach (var kind in new[] { "second picture", "second frame", "scan after the whole picture", "unknown marker" })
                {
                    data.Add(false, place, kind);
                    data.Add(true, place, kind);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public void A_jpeg_scan_that_a_second_beginning_breaks_off_is_refused(bool fourComponents, double place, string kind)
    {
        var file = fourComponents ? Cmyk : Jpeg;
        Refused(Insert(file, place, kind switch
        {
            "second picture" => [0xFF, 0xD8],
            "second frame" => Segment(file, BaselineFrame),
            "scan after the whole picture" => Segment(file, 0xDA),
            _ => [0xFF, 0x30],
        }), kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_frame_in_the_header_is_refused(bool fourComponents)
    {
        var file = fourComponents ? Cmyk : Jpeg;
        var frame = Segment(file, BaselineFrame);
        var at = file.AsSpan().IndexOf(frame);
        Refused([.. file[..at], .. frame, .. file[at..]], "second frame");
    }

    [Theory]
    [InlineData(false, new byte[] { 0xFF, 0xFE, 0, 4, 1, 2 })]
    [InlineData(true, new byte[] { 0xFF, 0xFE, 0, 4, 1, 2 })]
    [InlineData(false, new byte[] { 0xFF, 0xD3 })]
    [InlineData(true, new byte[] { 0xFF, 0xD3 })]
    [InlineData(false, new byte[] { 0xFF, 0xD9 })]
    [InlineData(true, new byte[] { 0xFF, 0xD9 })]
    public void A_scan_that_another_marker_breaks_off_is_filled_up_with_grey(bool fourComponents, byte[] marker)
    {
        using var broken = Decode(Insert(fourComponents ? Cmyk : Jpeg, 0.3, marker));
        using var sound = Decode(fourComponents ? Cmyk : Jpeg);
        var last = broken.Pixels[^4..];
        Assert.Equal(last[0], broken.Pixels[^8]);
        Assert.Equal(sound.Pixels[..32].ToArray(), broken.Pixels[..32].ToArray());
        Assert.InRange(last[0], 126, 130);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_follows_the_end_of_a_jpeg_does_not_count(bool fourComponents)
    {
        var file = fourComponents ? Cmyk : Jpeg;
        using var sound = Decode(file);
        using var twice = Decode([.. file, .. file, 0xFF, 0x30]);
        Assert.Equal(sound.Pixels.ToArray(), twice.Pixels.ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void A_cmyk_jpeg_without_its_end_marker_is_refused(int missing) => Refused(Cmyk[..^missing], "cut short");

    [Theory]
    [InlineData(0xC3, "lossless")]
    [InlineData(0xC6, "hierarchical")]
    [InlineData(0xC7, "hierarchical lossless")]
    [InlineData(0xCB, "lossless")]
    public void A_kind_of_jpeg_that_is_not_read_is_called_by_its_name(int frame, string name)
    {
        var file = Jpeg.ToArray();
        file[file.AsSpan().IndexOf(Segment(file, BaselineFrame)) + 1] = (byte)frame;
        Refused(file, $"is a {name} JPEG (SOF{frame - BaselineFrame})");
    }

    [Theory]
    [InlineData("pHYs", 8)]
    [InlineData("sRGB", 0)]
    [InlineData("gAMA", 3)]
    [InlineData("cHRM", 31)]
    [InlineData("acTL", 7)]
    [InlineData("fcTL", 25)]
    [InlineData("tRNS", 5)]
    public void A_png_chunk_that_lacks_its_fields_is_refused_before_the_pixels_and_behind_them(string type, int length)
    {
        Refused(Png(before: (type, new byte[length])), $"its {type} chunk is cut short");
        Refused(Png(after: (type, new byte[length])), $"its {type} chunk is cut short");
        Decode(Png(before: (type, new byte[length + 1]))).Dispose();
        Decode(Png(after: (type, new byte[length + 1]))).Dispose();
    }

    [Fact]
    public void A_png_text_in_an_unknown_compression_is_refused() => Refused(Png(before: ("zTXt", [65, 0, 1, 2])), "its zTXt chunk names compression 1");

    [Fact]
    public void A_png_that_ends_within_a_chunk_behind_its_pixels_is_refused_and_one_that_ends_between_chunks_is_not()
    {
        var file = Png(after: ("tEXt", "Comment\0text"u8.ToArray()));
        const int End = 12;
        const int Checksum = 4;
        Refused(file[..^(End + Checksum + 1)], "missing");
        Decode(file[..^(End + Checksum)]).Dispose();
        Decode(file[..^End]).Dispose();
        Decode(file[..^(End - 3)]).Dispose();
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Webp, 100)]
    [InlineData(SKEncodedImageFormat.Webp, 70)]
    public void A_webp_whose_RIFF_is_cut_is_refused(SKEncodedImageFormat format, int quality)
    {
        using var bitmap = new SKBitmap(20, 12);
        bitmap.Erase(SKColors.Teal);
        using var data = bitmap.Encode(format, quality);
        byte[] file = [.. data.ToArray()];
        Decode([.. file, 1, 2, 3]).Dispose();
        Refused(file[..^1], "cut short");
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8 + 2);
        Refused(file, "cut short");
    }

    [Fact]
    public void A_bmp_palette_of_more_colours_than_an_index_has_values_is_refused_unless_it_is_a_ramp_of_greys()
    {
        Refused(Encoded.Bmp(1, 1, 8, 0, [7, 0, 0, 0], Palette(257, grey: false)), "palette of 257 colours");
        Decode(Encoded.Bmp(1, 1, 8, 0, [7, 0, 0, 0], Palette(256, grey: false))).Dispose();
        using var grey = Decode(Encoded.Bmp(1, 1, 8, 0, [7, 0, 0, 0], Palette(300, grey: true)));
        Assert.Equal((PixelMode.Grey, (byte)7), (grey.Mode, grey.Pixels[0]));
    }

    [Fact]
    public void A_tiff_with_associated_alpha_has_its_colours_divided_by_it()
    {
        byte[] strip = [50, 25, 200, 100, 9, 8, 7, 255, 3, 2, 1, 0, 1, 2, 3, 2];
        using var image = Decode(Encoded.Tiff(strip, (256, 4), (257, 1), (258, 8), (259, 1), (262, 2), (277, 4), (278, 1), (338, 1)));
        Assert.Equal(PixelMode.Rgba, image.Mode);
        Assert.Equal([127, 63, 255, 100, 9, 8, 7, 255, 0, 0, 0, 0, 127, 255, 255, 2], image.Pixels.ToArray());
    }

    private static byte[] Png((string, byte[])? before = null, (string, byte[])? after = null) => Encoded.Png(1, 1, 8, 2, [[1, 2, 3]], before: before, after: after);

    private static byte[] Palette(int colours, bool grey) => [.. Enumerable.Range(0, colours).SelectMany(i => new byte[] { (byte)i, (byte)(grey ? i : 0), (byte)(grey ? i : 255 - i), 0 })];

    /// <summary>Bytes at a place in the scan: 1 is its end.</summary>
    private static byte[] Insert(byte[] file, double place, byte[] inserted)
    {
        var scan = Segment(file, 0xDA);
        var begin = file.AsSpan().IndexOf(scan) + scan.Length;
        var at = begin + (int)(place * (file.Length - 2 - begin));
        at -= file[at - 1] == 0xFF ? 1 : 0;
        return [.. file[..at], .. inserted, .. file[at..]];
    }

    private static byte[] Segment(byte[] file, byte marker)
    {
        var at = 2;
        while (file[at + 1] != marker)
        {
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        }

        return file[at..(at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2)))];
    }

    private static void Refused(byte[] file, string reason) =>
        Assert.Contains(reason, Assert.Throws<ImageDecodingException>(() => Decode(file)).Message, StringComparison.Ordinal);

    private static DecodedImage Decode(byte[] file) => new SkiaImageDecoder().Decode(file);
}
