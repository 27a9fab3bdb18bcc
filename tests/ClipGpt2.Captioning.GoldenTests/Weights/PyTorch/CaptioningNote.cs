using System.Globalization;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>
/// How the reference program captioned, which a case says in its note alone: <c>state dict of seed/NAME.pkl in float16; base FOLDER; ... (image_size [W, H], max_length N, B beams)</c>.
/// </summary>
/// <param name="Base">The GPT-2 that the state dict is for.</param>
/// <param name="ImageSize">What pictures are squashed to: the reference program's two numbers reach Pillow as width and height.</param>
/// <param name="MaxLength">The positions of prefix and text.</param>
/// <param name="Beams">The beams of the search.</param>
internal sealed partial record CaptioningNote(string Base, ImageSize ImageSize, int MaxLength, int Beams)
{
    public static CaptioningNote Read(string note)
    {
        var match = Form().Match(note);
        Assert.True(match.Success, $"Nothing is known of how the captions were made: '{note}'.");
        return new(match.Groups["base"].Value, new ImageSize(Number("width"), Number("height")), Number("length"), Number("beams"));

        int Number(string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"; base (?<base>[^;]+);.*\(image_size \[(?<width>\d+), (?<height>\d+)\], max_length (?<length>\d+), (?<beams>\d+) beams?\)")]
    private static partial Regex Form();
}
