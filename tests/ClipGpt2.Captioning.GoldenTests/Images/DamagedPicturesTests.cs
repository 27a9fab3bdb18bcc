using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.ImageSharp;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>The golden pictures cut short and with bytes changed at random: they decode or are refused, and nothing else.</summary>
[Trait("Golden", "images")]
public sealed class DamagedPicturesTests
{
    private const int Trials = 60;

    private static readonly IImageDecoder[] Decoders = [new SkiaImageDecoder(), new ImageSharpDecoder(), new ImageSharpDecoder(new ImageSharpOptions { JpegCodec = JpegCodec.ImageSharp })];

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
            var damaged = Damage(sound, random);
            Assert.All(Decoders, decoder => TryDecode(decoder, damaged));
        }
    }

    private static void TryDecode(IImageDecoder decoder, byte[] file)
    {
        try
        {
            using var image = decoder.Decode(file, new ImageDecodingOptions { Fidelity = ImageFidelity.Viewer, MaxPixels = 1 << 22 });
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
