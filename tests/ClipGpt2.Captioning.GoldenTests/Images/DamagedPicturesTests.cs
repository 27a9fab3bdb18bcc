using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;
using ClipGpt2.Captioning.Images.Formats.Jpeg;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>The golden pictures cut short and with bytes changed at random: they decode or are refused, and nothing else.</summary>
[Trait("Golden", "images")]
public sealed class DamagedPicturesTests
{
    private const int Trials = 60;

    public static TheoryData<string> Pictures
    {
        get
        {
            using var images = JsonDocument.Parse(File.ReadAllBytes(GoldenRoot.Path("images/images.json")));
            return new(images.RootElement.GetProperty("good").EnumerateArray().Select(image => image.GetProperty("file").GetString()!));
        }
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Damaged_pictures_decode_or_are_refused(string file)
    {
        var sound = File.ReadAllBytes(GoldenRoot.Path(file));
        var random = new Random(sound.Length);
        for (var i = 0; i < Trials; i++)
        {
            TryDecode(Damage(sound, random));
        }
    }

    /// <summary>Our own JPEG decoder serves pictures of four components; here it meets all the others too.</summary>
    [Theory]
    [MemberData(nameof(Pictures))]
    public void Our_jpeg_decoder_takes_every_jpeg_and_survives_its_damage(string file)
    {
        var sound = File.ReadAllBytes(GoldenRoot.Path(file));
        if (ImageFormats.Of(sound) is not JpegFormat format)
        {
            return;
        }

        var header = format.ReadHeader(sound);
        var planes = JpegPlanes.Decode(sound, header);
        using var expected = new SkiaImageDecoder().Decode(sound);
        if (header.Mode == PixelMode.Grey)
        {
            Assert.True(expected.Pixels.SequenceEqual(planes.Samples[0]));
        }
        else if (header.Mode == PixelMode.Rgb && planes.AdobeTransform != 0)
        {
            AssertSameColors(expected.ToRgb().Pixels.Span, planes);
        }

        var random = new Random(sound.Length);
        for (var i = 0; i < Trials; i++)
        {
            try
            {
                JpegPlanes.Decode(Damage(sound, random), header);
            }
            catch (Exception e) when (e is ImageDecodingException or IndexOutOfRangeException or ArgumentException or OverflowException)
            {
                // The public decoder turns the others into the first.
            }
        }
    }

    private static void AssertSameColors(ReadOnlySpan<byte> rgb, JpegPlanes planes)
    {
        for (var i = 0; i < planes.Samples[0].Length; i++)
        {
            var (c, m, y) = CmykJpeg.ToInks(planes.Samples[0][i], planes.Samples[1][i] - 128, planes.Samples[2][i] - 128);
            Assert.Equal((255 - c, 255 - m, 255 - y), (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]));
        }
    }

    private static void TryDecode(byte[] file)
    {
        try
        {
            using var image = new SkiaImageDecoder().Decode(file, new ImageDecodingOptions { Fidelity = ImageFidelity.Viewer, MaxPixels = 1 << 22 });
            image.ToRgb();
        }
        catch (ImageDecodingException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var file = random.Next(3) == 0 ? sound[..random.Next(sound.Length)] : sound.ToArray();
        for (var i = random.Next(1, 6); i > 0 && file.Length > 0; i--)
        {
            // Headers are where damage does most harm.
            var reach = random.Next(2) == 0 ? Math.Min(file.Length, 64) : file.Length;
            file[random.Next(reach)] = (byte)random.Next(256);
        }

        return file;
    }
}
