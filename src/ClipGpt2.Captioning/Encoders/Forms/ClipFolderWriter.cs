using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>Writes a CLIP of any form as a folder: in Hugging Face's form, or, if it has a ModifiedResNet, for which that form has no names, in OpenCLIP's.</summary>
internal static class ClipFolderWriter
{
    private const string ConfigName = "config.json";

    /// <summary>Writes all that the source has.</summary>
    /// <param name="source">The model; it stays the caller's.</param>
    /// <param name="target">The folder; it is made if it isn't there.</param>
    /// <param name="options">How.</param>
    /// <param name="token">Ends the writing between two tensors.</param>
    /// <returns>The architecture: <c>CLIPModel</c>, <c>CLIPVisionModelWithProjection</c>, or OpenCLIP's <c>CLIP</c>.</returns>
    /// <exception cref="CaptioningException">A file can't be read or written.</exception>
    public static string Write(ClipSource source, string target, ClipFolderOptions options, CancellationToken token = default)
    {
        if (source is HuggingFaceClipSource)
        {
            Rewrite(source, target, options, token);
        }
        else if (source.Vision is ModifiedResNetConfig resNet)
        {
            WriteOpenClips(source, resNet, target, options, token);
        }
        else
        {
            Convert(source, (ClipVisionConfig)source.Vision, target, options, token);
        }

        if ((options.TokenizerFolder ?? source.TokenizerFolder) is { } tokenizer)
        {
            ModelFolderWriter.CopyTokenizer(tokenizer, target);
        }

        return source.Vision is ModifiedResNetConfig ? "CLIP" : source.Text is null ? "CLIPVisionModelWithProjection" : "CLIPModel";
    }

    private static void Rewrite(ClipSource source, string target, ClipFolderOptions options, CancellationToken token)
    {
        if (options is { Trained: null, FloatingType: null })
        {
            ModelFolderWriter.Copy(source.Path, target);
        }
        else
        {
            using var weights = Overlaid(source.Weights, options.Trained);
            ModelFolderWriter.Write(source.Path, target, weights, options.FloatingType, token: token);
        }
    }

    private static void Convert(ClipSource source, ClipVisionConfig vision, string target, ClipFolderOptions options, CancellationToken token)
    {
        using var weights = Overlaid(source.ModelNamed, options.Trained);
        RefuseUnknown(weights);
        var preprocessing = Preprocessing(source, options) with { Squash = null, Transform = ImageTransform.HuggingFace };
        KeyValuePair<string, JsonObject>[] files =
        [
            new(ConfigName, source.Text is { } text ? ClipConfig.ToJson(vision, text) : vision.ToJson()),
            new(PreprocessorConfig.FileName, PreprocessorConfigWriter.Write(preprocessing)),
        ];
        ModelFolderWriter.WriteNew(target, files, weights, floatingType: options.FloatingType, token: token);
    }

    /// <summary>A weight that the form has no place for makes another model, such as one whose blocks scale what they add.</summary>
    private static void RefuseUnknown(OverlaidTensors weights)
    {
        string[] known = ["vision_model.", "visual_projection.", "text_model.", "text_projection.", "logit_scale"];
        var unknown = weights.Tensors.Keys.Where(name => !known.Any(namePrefix => name.StartsWith(namePrefix, StringComparison.Ordinal))).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new CheckpointFormatException($"'{weights.Location}' has weights that Hugging Face's form of CLIP has no names for: '{string.Join("', '", unknown.Take(10))}'.");
        }
    }

    private static void WriteOpenClips(ClipSource source, ModifiedResNetConfig vision, string target, ClipFolderOptions options, CancellationToken token)
    {
        using var stored = new RenamedTensors(source.Weights, name => OpenAiClipNames.IsNoPartOfStateDict(name) ? null : name);
        using var trained = options.Trained is null ? null : new StoredNamedTensors(options.Trained, new OpenAiClipNames(isResNet: true));
        using var weights = Overlaid(stored, trained);
        var config = OpenClipConfigWriter.Write(vision, source.Text, Preprocessing(source, options));
        ModelFolderWriter.WriteNew(target, [new(OpenClipConfig.FileName, config)], weights, OpenAiClipSource.FileNames[0], options.FloatingType, token);
    }

    /// <summary>Writes a ModifiedResNet that came from no file, without a text tower.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="weights">All its weights by the names that models ask by.</param>
    /// <param name="preprocessing">How pictures become pixels.</param>
    /// <param name="target">The folder; it is made if it isn't there.</param>
    /// <exception cref="CaptioningException">A file can't be written.</exception>
    public static void WriteNew(ModifiedResNetConfig config, ITensorSource weights, ImagePreprocessorOptions preprocessing, string target)
    {
        using var stored = new StoredNamedTensors(weights, new OpenAiClipNames(isResNet: true));
        ModelFolderWriter.WriteNew(target, [new(OpenClipConfig.FileName, OpenClipConfigWriter.Write(config, null, preprocessing))], stored, OpenAiClipSource.FileNames[0]);
    }

    private static ImagePreprocessorOptions Preprocessing(ClipSource source, ClipFolderOptions options) => options.Preprocessing ?? source.LoadPreprocessor().Options;

    /// <summary>The trained weights over the stored ones; without any, the stored ones over themselves, which changes nothing.</summary>
    private static OverlaidTensors Overlaid(ITensorSource below, ITensorSource? above) => new(below, above ?? below, namePrefix: "", new ClipNames());
}
