using System.Buffers.Binary;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;

namespace ClipGpt2.Captioning.ImageSharp.Tests;

public sealed class ImageSharpDecoderTests
{
    [Fact]
    public void Every_options_type_with_a_decoder_can_use_it()
    {
        var types = typeof(Captioner).Assembly.GetExportedTypes().Where(type => type.GetProperty("ImageDecoder") is { CanWrite: true }).ToList();
        var methods = typeof(ImageSharpExtensions).GetMethods().Where(method => method.Name == nameof(ImageSharpExtensions.UseImageSharp)).ToList();
        Assert.Equal(types.OrderBy(type => type.Name), methods.Select(method => method.GetParameters()[0].ParameterType).OrderBy(type => type.Name));
        foreach (var method in methods)
        {
            var options = Activator.CreateInstance(method.GetParameters()[0].ParameterType)!;
            Assert.Same(options, method.Invoke(null, [options, null]));
            Assert.IsType<ImageSharpDecoder>(options.GetType().GetProperty("ImageDecoder")!.GetValue(options));
        }
    }

    [Fact]
    public void An_unknown_codec_is_named() => Assert.Contains(
        nameof(ImageSharpOptions.JpegCodec), Assert.Throws<CaptioningException>(() => new ImageSharpDecoder(new ImageSharpOptions { JpegCodec = (JpegCodec)7 })).Message, StringComparison.Ordinal);

    [Fact]
    public void An_embedding_store_tells_decoders_of_other_pixels_apart()
    {
        IFormatDecoder[] decoders = [new SkiaImageDecoder(), (IFormatDecoder)Promptly.Exact, (IFormatDecoder)Promptly.Whole];
        Assert.Equal(3, decoders.Select(decoder => decoder.Identity).Distinct().Count());
    }

    [Fact]
    public void Large_pictures_are_within_the_memory_that_their_size_allows()
    {
        using var picture = Noise(2500, 1600);
        foreach (var file in new[] { Save(picture, new JpegEncoder { ColorType = JpegColorType.YCbCrRatio444 }), Save(picture, new WebpEncoder { Method = 0 }), Save(picture, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless, Method = 0 }) })
        {
            using var image = Promptly.Whole.Decode(file);
            Assert.Equal((2500, 1600), (image.Width, image.Height));
        }
    }

    [Fact]
    public void A_file_that_is_larger_than_its_header_says_takes_no_memory()
    {
        using var picture = new Image<L8>(5000, 5000);
        var (jpeg, webp) = (Save(picture, new JpegEncoder()), Save(picture, new WebpEncoder { Method = 0 }));
        Assert.True(Allocated(() => Assert.Throws<ImageDecodingException>(() => new ImageSharpJpeg().Decode(jpeg, new ImageHeader(16, 16, PixelMode.Rgb)))) < 40 << 20);
        Assert.True(Allocated(() => Assert.Throws<ImageDecodingException>(() => new ImageSharpWebp().Decode(webp, new ImageHeader(16, 16, PixelMode.Rgb)))) < 40 << 20);
    }

    [Fact]
    public void The_limit_is_one_for_all_memory_in_use()
    {
        var allocator = new BudgetAllocator(1000);
        using (allocator.Allocate<byte>(600))
        {
            Assert.Throws<InvalidMemoryOperationException>(() => allocator.Allocate<int>(101));
            allocator.Allocate<int>(100).Dispose();
        }

        Assert.Equal(250, allocator.Allocate<int>(250).Memory.Length);
    }

    [Fact]
    public void The_first_frame_of_an_animation_stands_where_it_belongs()
    {
        foreach (var encoder in new[] { new WebpEncoder { FileFormat = WebpFileFormatType.Lossy }, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless } })
        {
            using var picture = Noise(9, 6);
            var animated = Animated(Save(picture, encoder), 9, 6, left: 4, top: 2, canvasWidth: 20, canvasHeight: 11);
            using var expected = new SkiaImageDecoder().Decode(animated);
            using var image = Promptly.Exact.Decode(animated);
            Assert.Equal((20, 11), (image.Width, image.Height));
            Assert.Equal(expected.Pixels.ToArray(), image.Pixels.ToArray());
        }
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Image<Rgb24> Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(width).NextBytes(pixels);
        return Image.LoadPixelData<Rgb24>(pixels, width, height);
    }

    private static byte[] Save(Image image, SixLabors.ImageSharp.Formats.IImageEncoder encoder)
    {
        using var file = new MemoryStream();
        image.Save(file, encoder);
        return file.ToArray();
    }

    /// <summary>A still picture's chunks as the only frame of an animation.</summary>
    private static byte[] Animated(byte[] still, int width, int height, int left, int top, int canvasWidth, int canvasHeight)
    {
        var chunks = still[12..];
        if (chunks.AsSpan(0, 4).SequenceEqual("VP8X"u8))
        {
            chunks = chunks[18..];
        }

        byte[] frame = [.. U24(left / 2), .. U24(top / 2), .. U24(width - 1), .. U24(height - 1), .. U24(100), 0, .. chunks];
        byte[] body = [.. "WEBP"u8, .. Chunk("VP8X"u8, [0x12, 0, 0, 0, .. U24(canvasWidth - 1), .. U24(canvasHeight - 1)]), .. Chunk("ANIM"u8, new byte[6]), .. Chunk("ANMF"u8, frame)];
        return [.. Chunk("RIFF"u8, body)];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        return [.. name, .. size, .. data];
    }

    private static byte[] U24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
