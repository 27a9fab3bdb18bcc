using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests;

/// <summary>Captions and corpora for properties.</summary>
internal static class Captions
{
    private static readonly string[] Words =
    [
        "a", "a", "a", "the", "the", "of", "on", "two", "dog", "dogs", "runs", "running", "ran", "grass", "Man", "man's", "it's", "don't", "U.S.", "St.", "5", "1/2",
        "red", "blue-green", "cat", ",", ".", "!", "(", ")", ":)", "\"", "'", "e-mail", "No.", "etc.", "café", "T-shirt",
    ];

    /// <summary>Sentences such as captions are, with the words that tokenizers stumble over.</summary>
    public static Gen<string> Sentence { get; } = OneOf(Words).Array[0, 14].Select(words => string.Join(' ', words));

    /// <summary>Anything at all: control characters, halves of surrogate pairs, marks in a row.</summary>
    public static Gen<string> AnyText { get; } = Gen.OneOf(
        Gen.String[0, 60],
        OneOf("'\"`.,:;-_()<>[]{}&#@!?/\\|$%^*+=~ \t\r\n\u00a0\u00ad\u2028’“”…½°é日🐕n1aU".ToCharArray()).Array[0, 40].Select(c => new string(c)),
        Gen.Char.Array[0, 40].Select(c => new string(c)));

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static Gen<CaptionedImage[]> Images(Gen<string> caption, int most = 6) =>
        Gen.Select(caption, caption.Array[1, 4]).Array[1, most].Select(images => images.Select((c, i) => new CaptionedImage($"{i}", c.Item1, c.Item2)).ToArray());
}
