using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>The whole way from preprocessed pictures to token ids: encoder, projector, beam search with 5 beams over 20 tokens.</summary>
internal static class CaptionRate
{
    private const int OnGpu = 32;
    private const int OnCpu = 2;
    private const int Beams = 5;
    private const int NewTokens = 20;

    // The end token is kept away, so that every caption costs the same.
    private static readonly DecodingOptions Options = new() { Beams = Beams, MinNewTokens = NewTokens, MaxNewTokens = NewTokens };

    /// <summary>Two operations for each weight and position: the prefix, of which the last position alone meets the vocabulary, then the beams' steps.</summary>
    public const double FlopsPerCaption = FullSize.FlopsPerImage
        + (2 * ((FullSize.PrefixLength * FullSize.BlockWeights) + FullSize.HeadWeights))
        + (2.0 * Beams * (NewTokens - 1) * (FullSize.BlockWeights + FullSize.HeadWeights));

    /// <summary>Captions a second.</summary>
    public static double Measure(DeviceClock clock, ComputeOptions compute)
    {
        using var encoder = FullSize.Encoder(compute);
        using var projector = FullSize.Projector(compute);
        using var decoder = FullSize.Decoder(compute);
        var images = compute.IsCuda ? OnGpu : OnCpu;
        using var pixels = randn(images, 3, 224, 224);
        return images / clock.Seconds(() =>
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            decoder.Decode(projector.Project(encoder.Encode(pixels)), Options);
        });
    }
}
