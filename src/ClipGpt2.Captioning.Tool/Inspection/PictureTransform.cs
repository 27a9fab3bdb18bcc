using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Tool.Inspection;

/// <summary>The program whose preprocessing is followed.</summary>
/// <param name="Order">The order of resizing and conversion.</param>
/// <param name="Squash">The size that the reference program squashes pictures to first.</param>
internal sealed partial record PictureTransform(ImageTransform Order, ImageSize? Squash = null)
{
    /// <summary>Reads <c>hf</c>, <c>openai</c> or <c>squash:WxH</c>.</summary>
    public static PictureTransform? Parse(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (text is "hf")
        {
            return new(ImageTransform.HuggingFace);
        }

        if (text is "openai")
        {
            return new(ImageTransform.OpenAi);
        }

        if (Seed().Match(text) is { Success: true } match)
        {
            return new(ImageTransform.HuggingFace, new(Number(match.Groups[1]), Number(match.Groups[2])));
        }

        argument.AddError($"--transform is '{text}'; it must be hf, openai or squash:WxH (such as squash:224x224).");
        return null;
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^squash:(\d{1,5})x(\d{1,5})\z")]
    private static partial Regex Seed();
}
