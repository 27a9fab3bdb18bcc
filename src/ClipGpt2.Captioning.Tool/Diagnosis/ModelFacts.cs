using System.Diagnostics;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime.Proofs;
using SearchOption = ClipGpt2.Captioning.Tool.Captions.SearchOption;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>A captioner that was loaded, and captioned a made picture.</summary>
/// <param name="Model">Where it came from.</param>
/// <param name="Caption">What it says of the picture.</param>
/// <param name="LoadMilliseconds">How long loading took, the proofs included.</param>
/// <param name="CaptionMilliseconds">How long the second caption took: the first one's way is still being compiled.</param>
/// <param name="ProofMilliseconds">The sum of the time that proofs took until then, in all threads.</param>
/// <param name="Decoding">How it searches: the options that somebody has set, and the main ones.</param>
internal sealed record ModelFacts(
    string Model, string Caption, double LoadMilliseconds, double CaptionMilliseconds, double ProofMilliseconds, IReadOnlyDictionary<string, SearchOption> Decoding)
{
    private const int Side = 224;

    public static ModelFacts Try(string model, Func<Captioner> load, CancellationToken token)
    {
        var start = Stopwatch.GetTimestamp();
        using var captioner = load();
        var loading = Stopwatch.GetElapsedTime(start);
        var picture = ImageSource.FromPixels(Gradient, "a made picture");
        captioner.Caption(picture, token: token);
        start = Stopwatch.GetTimestamp();
        var caption = captioner.Caption(picture, token: token).Text;
        var captioning = Stopwatch.GetElapsedTime(start);
        return new(
            model, caption.Trim(), loading.TotalMilliseconds, captioning.TotalMilliseconds, KernelLedger.ProofTime.TotalMilliseconds,
            SearchOption.Of(captioner.DescribeDecoding()));
    }

    /// <summary>A picture without anything on it that could be missing from a program: colours that run into each other.</summary>
    private static RgbImage Gradient()
    {
        var pixels = new byte[Side * Side * 3];
        for (var pixel = 0; pixel < Side * Side; pixel++)
        {
            (pixels[3 * pixel], pixels[(3 * pixel) + 1], pixels[(3 * pixel) + 2]) = ((byte)(pixel % Side), (byte)(pixel / Side), 128);
        }

        return new RgbImage(Side, Side, pixels);
    }
}
