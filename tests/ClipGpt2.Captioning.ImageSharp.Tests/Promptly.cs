using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.ImageSharp.Tests;

/// <summary>Decoding that must end within a second, with pixels or as a bad picture.</summary>
internal static class Promptly
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    public static IImageDecoder Exact { get; } = new ImageSharpDecoder();

    public static IImageDecoder Whole { get; } = new ImageSharpDecoder(new ImageSharpOptions { JpegCodec = JpegCodec.ImageSharp });

    /// <summary>Compiles the decoders' code, so that the first picture isn't charged for it.</summary>
    static Promptly()
    {
        foreach (var file in TestPictures.JpegAndWebp)
        {
            Exact.Decode(file).Dispose();
            Whole.Decode(file).Dispose();
        }
    }

    /// <returns>The pixels in RGB; null where the picture was refused.</returns>
    public static RgbImage? Decode(IImageDecoder decoder, byte[] file)
    {
        // On a thread of its own: what never returns must fail the test, not keep it.
        RgbImage? result = null;
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var image = decoder.Decode(file);
                result = image.ToRgb();
            }
            catch (Exception e)
            {
                error = e;
            }
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Longest), "Decoding took more than a second.");
        if (error is not null)
        {
            Assert.IsType<ImageDecodingException>(error);
        }

        return result;
    }
}
