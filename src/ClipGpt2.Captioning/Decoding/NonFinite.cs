using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>Finds what a model gave that is no finite number.</summary>
internal static class NonFinite
{
    /// <summary>What a decoder's figures are called in errors.</summary>
    public const string DecoderScores = "The decoder's scores";

    /// <summary>The error of one image or text.</summary>
    /// <param name="figures">What holds such numbers, in the plural or not.</param>
    /// <param name="subject">The image or text.</param>
    public static CaptioningException Error(string figures, string subject) => new(
        $"{figures} of {subject} {(figures.EndsWith('s') ? "hold" : "holds")} NaN or infinity: its weights are broken, or its number format is too small for them.");

    /// <summary>The rows of a batch [B, ...] that hold such numbers, in order.</summary>
    public static IReadOnlyList<int> Rows(Tensor batch)
    {
        using var scope = NewDisposeScope();
        var isFinite = batch.isfinite();
        if (isFinite.all().item<bool>())
        {
            return [];
        }

        var rows = isFinite.flatten(1).all(1).cpu().contiguous().data<bool>().ToArray();
        return [.. Enumerable.Range(0, rows.Length).Where(row => !rows[row])];
    }
}
