using System.CommandLine;
using ClipGpt2.Captioning.Training.Checkpoints;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>Where a captioner comes from: its folder, or a checkpoint of this library, the reference program or ClipCap.</summary>
internal static class CaptionerSource
{
    public static Option<string?> Clip { get; } = new("--clip") { HelpName = "MODEL", Description = "The CLIP that a checkpoint was trained upon, if not where it says (ClipCap's don't say): a folder, an id, or OpenAI's file." };

    public static Option<string?> Gpt2 { get; } = new("--gpt2") { HelpName = "MODEL", Description = "The GPT-2 that a checkpoint was trained upon, if not where it says (ClipCap's don't say): a folder or an id." };

    public static BaseModels Bases(ParseResult parsed) => new() { Clip = parsed.GetValue(Clip), Gpt2 = parsed.GetValue(Gpt2) };

    /// <summary>Loads a captioner.</summary>
    /// <param name="path">The folder or the checkpoint's file.</param>
    /// <param name="options">How to run.</param>
    /// <param name="bases">Where a checkpoint's base models are.</param>
    public static Captioner Load(string path, CaptionerOptions options, BaseModels bases)
    {
        var log = new LoadingMessages();
        if (!File.Exists(path))
        {
            return Captioner.FromPretrained(path, options, log);
        }

        using var checkpoint = CaptionCheckpoint.Open(path);
        return checkpoint.LoadCaptioner(options, bases, log);
    }
}
