using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>How pictures became pixels when a checkpoint was trained: with another preprocessing its captioner would see other pictures, and nobody would notice.</summary>
internal static class CheckpointPreprocessing
{
    /// <summary>The section that says all of it. Only this library's checkpoints have it; the squash stands in <c>clip_config</c>.</summary>
    public const string Section = "preprocessing";

    private const string ClipConfig = "clip_config";
    private const string ImageSizeName = "image_size";
    private const string KeepAspectName = "keep_aspect";
    private const string TransformName = "transform";

    /// <summary>Says in <c>clip_config</c> what pictures are squashed to.</summary>
    /// <param name="clip">The section, with what a configuration says.</param>
    /// <param name="squash">What the encoder has.</param>
    /// <exception cref="CaptioningException">The configuration says something else.</exception>
    public static void Describe(JsonObject clip, ImageSize? squash)
    {
        if (clip.ContainsKey(ImageSizeName) || clip.ContainsKey(KeepAspectName))
        {
            var said = Squash(ConfigSection.Parse(ClipConfig, JsonSerializer.SerializeToUtf8Bytes(clip)));
            if (said != squash)
            {
                throw new CaptioningException($"The configuration's {ClipConfig} says that pictures are {Shown(said)}, and the captioner's encoder has them {Shown(squash)}: give both the same.");
            }
        }
        else if (squash is { } size)
        {
            clip[ImageSizeName] = new JsonArray(size.Width, size.Height);
        }
        else
        {
            clip[KeepAspectName] = true;
        }
    }

    /// <summary>What a checkpoint's pictures are squashed to before CLIP's own preprocessing; null for nothing.</summary>
    /// <exception cref="CheckpointFormatException">It says something that can't be.</exception>
    public static ImageSize? Squash(CheckpointContent content) => content.Metadata.ContainsKey(ClipConfig) ? Squash(content.Section(ClipConfig)) : null;

    /// <summary>The order of the preprocessing's steps; null for the encoder's own, where the checkpoint doesn't say.</summary>
    /// <exception cref="CheckpointFormatException">It says something that can't be.</exception>
    public static ImageTransform? Transform(CheckpointContent content) =>
        content.Metadata.ContainsKey(Section) && content.Section(Section) is { } steps && steps.Has(TransformName) ? steps.Name<ImageTransform>(TransformName) : null;

    /// <summary>Compares what a checkpoint was trained with, as far as it says, with what a captioner does.</summary>
    /// <exception cref="CheckpointFormatException">They differ; every difference is listed.</exception>
    public static void RefuseOther(CheckpointContent content, ImagePreprocessorOptions now)
    {
        var differences = content.Metadata.TryGetValue(Section, out var stored) ? Differences(content, stored, now) : SquashDifference(content, now.Squash);
        if (differences.Count > 0)
        {
            throw new CheckpointFormatException(
                $"'{content.Tensors.Location}' was trained with another preprocessing of pictures than this captioner has:{string.Concat(differences.Select(d => Environment.NewLine + "  " + d))}{Environment.NewLine}"
                + "Give the captioner's encoder the checkpoint's, or train anew.");
        }
    }

    private static List<string> Differences(CheckpointContent content, string stored, ImagePreprocessorOptions now)
    {
        try
        {
            return [.. PreprocessingJson.Differences(stored, PreprocessingJson.Of(now).ToJsonString(), "in the checkpoint")];
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException($"'{content.Tensors.Location}': the metadata's '{Section}' isn't a JSON object ({e.Message}).", e);
        }
    }

    private static List<string> SquashDifference(CheckpointContent content, ImageSize? now)
    {
        if (!content.Metadata.ContainsKey(ClipConfig) || content.Section(ClipConfig) is not { } clip || !(clip.Has(ImageSizeName) || clip.Has(KeepAspectName)))
        {
            return [];
        }

        var stored = Squash(clip);
        return stored == now ? [] : [$"{ClipConfig}: pictures are {Shown(stored)} in the checkpoint, {Shown(now)} now"];
    }

    private static ImageSize? Squash(ConfigSection clip)
    {
        if (!clip.Has(ImageSizeName) || clip.Flag(KeepAspectName, false))
        {
            return null;
        }

        return clip.Ints(ImageSizeName) is [> 0 and var width, > 0 and var height] ? new ImageSize(width, height) : throw clip.Error(ImageSizeName, "must be two sizes above 0");
    }

    private static string Shown(ImageSize? squash) => squash is { } size ? $"squashed to {size.Width} x {size.Height}" : "not squashed";
}
