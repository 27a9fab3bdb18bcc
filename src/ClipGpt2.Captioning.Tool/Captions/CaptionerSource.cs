using System.CommandLine;
using ClipGpt2.Captioning.Parts.Checkpoints;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>Where a captioner comes from: its folder, a checkpoint of this library, the reference program or ClipCap, or an id in the cache.</summary>
internal static class CaptionerSource
{
    /// <summary>How <c>--model</c> is called in help.</summary>
    public const string HelpName = "FOLDER|FILE|ID";

    /// <summary>What <c>--model</c> is in help.</summary>
    public const string Description = "The captioner's folder; a checkpoint: this library's, the reference program's or ClipCap's; or an id in Hugging Face's cache.";

    public static Option<string?> EncoderBase { get; } = new("--encoder-base", "--clip") { HelpName = "MODEL", Description = "The image encoder that a checkpoint was trained upon, if not where it says (ClipCap's don't say): a folder, an id, or OpenAI's file." };

    public static Option<string?> DecoderBase { get; } = new("--decoder-base", "--gpt2") { HelpName = "MODEL", Description = "The decoder that a checkpoint was trained upon, if not where it says (ClipCap's don't say): a folder or an id." };

    public static BaseModels Bases(ParseResult parsed) => new() { Encoder = parsed.GetValue(EncoderBase), Decoder = parsed.GetValue(DecoderBase) };

    /// <summary>Loads a captioner.</summary>
    /// <param name="name">The folder, the checkpoint's file or the id.</param>
    /// <param name="options">How to run.</param>
    /// <param name="bases">Where a checkpoint's base models are.</param>
    public static Captioner Load(string name, CaptionerOptions options, BaseModels bases)
    {
        options.Bases = bases;
        return Captioner.FromPretrained(name, options, new LoadingMessages());
    }
}
