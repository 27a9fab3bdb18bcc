using System.Globalization;
using ClipGpt2.Captioning.Encoders;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>How many numbers an embedding has, in words: <c>512</c>, or of a sequence <c>197 x 768</c>.</summary>
internal static class Numbers
{
    public static string Of(FeatureShape features) => features.Length is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"{length} x {features.Size}")
        : features.Size.ToString(CultureInfo.InvariantCulture);
}
