using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Images;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>A picture that is ready for the encoder, or the error that kept it from being so.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Pixels">float32 [3, H, W]; empty where there is an error.</param>
/// <param name="Size">H and W.</param>
/// <param name="Error">Why there are no pixels, or null.</param>
internal sealed record PreparedImage(ImageSource Source, float[] Pixels, ImageSize Size, CaptioningException? Error)
{
    /// <summary>Its place among all pictures of the call.</summary>
    public long Number { get; init; }

    /// <summary>What its file was, where that was asked for and there is a file or the like.</summary>
    public ImageStamp? Stamp { get; init; }

    /// <summary>Decodes and preprocesses; an error that the picture causes becomes part of the result.</summary>
    public static PreparedImage From(ImageSource source, ImagePreparation preparation)
    {
        var stamping = preparation.Stamped ? new StampingDecoder(preparation.Decoder) : null;
        try
        {
            using var image = source.Decode(stamping ?? preparation.Decoder, preparation.Decoding);
            var size = preparation.Preprocessor.OutputSize(new ImageSize(image.Width, image.Height));
            var pixels = GC.AllocateUninitializedArray<float>(3 * size.Height * size.Width);
            preparation.Preprocessor.Preprocess(image, pixels);
            return new PreparedImage(source, pixels, size, null) { Stamp = stamping?.Stamp };
        }
        catch (CaptioningException e)
        {
            return new PreparedImage(source, [], default, e) { Stamp = stamping?.Stamp };
        }
    }

    /// <summary>Pictures of one size as one batch.</summary>
    /// <returns>float32 [B, 3, H, W] on the CPU, the caller's own.</returns>
    public static Tensor Stack(IReadOnlyList<PreparedImage> images)
    {
        var size = images[0].Size;
        var batch = empty(images.Count, 3, size.Height, size.Width);
        var all = MemoryMarshal.Cast<byte, float>(batch.bytes);
        var each = 3 * size.Height * size.Width;
        for (var i = 0; i < images.Count; i++)
        {
            images[i].Pixels.CopyTo(all.Slice(i * each, each));
        }

        return batch;
    }
}
