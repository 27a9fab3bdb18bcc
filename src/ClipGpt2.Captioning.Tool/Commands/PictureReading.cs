using System.CommandLine;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary>How pictures are decoded: an option of every command that shows them to a model.</summary>
internal static class PictureReading
{
    public static Option<bool> Orientation { get; } = new("--orientation")
    {
        Description = "Turn pictures by their EXIF orientation, as viewers do. Without it they are seen as the reference programs see them, which ignore it; TIFF files are always turned.",
    };

    /// <summary>The decoding that was asked for.</summary>
    public static ImageDecodingOptions Decoding(ParseResult parsed) => parsed.GetValue(Orientation) ? new() { ApplyOrientation = true } : new();
}
