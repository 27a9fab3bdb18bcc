using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning;

/// <summary>Writes base models of every readable form as folders that Hugging Face's programs and this library read, with their weights as safetensors.</summary>
/// <remarks>Weights are copied one by one, without building the model. Pickles are read but never written.</remarks>
public static class ModelConversion
{
    private static readonly string[] OtherKinds = [SiglipConfig.FullModel, SiglipConfig.VisionModel, "bert", "roberta"];

    /// <summary>Converts a CLIP of any form, a GPT-2, or another model of this library in Hugging Face's form.</summary>
    /// <remarks>
    /// A CLIP becomes a <c>CLIPModel</c>, or a <c>CLIPVisionModelWithProjection</c> where it has no text tower. One with a ModifiedResNet, for which
    /// Hugging Face's form has no names, becomes a folder in OpenCLIP's form.
    /// </remarks>
    /// <param name="source">A folder in Hugging Face's or OpenCLIP's form, the id of one in the cache on disk, or a file of CLIP's weights by OpenAI's names.</param>
    /// <param name="target">The folder to write; it is made if it isn't there, and files of the form's names are replaced.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="token">Ends the conversion between two weights; nothing is left behind.</param>
    /// <returns>What was written: <c>CLIPModel</c>, <c>CLIPVisionModelWithProjection</c>, <c>CLIP</c> (OpenCLIP's form), <c>GPT2LMHeadModel</c>, or the model type of another kind.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is another kind of model, or damaged.</exception>
    /// <exception cref="CaptioningException">An option is wrong (all errors are listed), or a file can't be written; nothing is left behind then.</exception>
    public static string Convert(string source, string target, ModelConversionOptions? options = null, CancellationToken token = default)
    {
        TorchRuntime.Load();
        options ??= new();
        options.Validate();
        var written = "";
        AtomicFolder.Write(target, prepared => written = ConvertInto(prepared, source, options, token));
        return written;
    }

    private static string ConvertInto(string target, string source, ModelConversionOptions options, CancellationToken token)
    {
        var kind = IsOpenAis(source, options) ? ClipConfig.FullModel : ReadKind(source, options);
        if (kind is ClipConfig.FullModel or ClipConfig.VisionModel)
        {
            using var clip = ClipSource.Open(source, options.ClipFile, options.ModelSearch);
            return ClipFolderWriter.Write(clip, target, new ClipFolderOptions { FloatingType = options.FloatingType, TokenizerFolder = options.TokenizerFolder }, token);
        }

        using var folder = ModelFolder.Open(source, options.ModelSearch);
        var written = Write(folder, kind, target, options, token);
        if (options.TokenizerFolder is { } tokenizer)
        {
            ModelFolderWriter.CopyTokenizer(tokenizer, target);
        }

        return written;
    }

    private static string Write(ModelFolder folder, string kind, string target, ModelConversionOptions options, CancellationToken token)
    {
        if (kind == Gpt2Folder.Kind)
        {
            Gpt2Folder.Write(folder, target, options.FloatingType, token);
            return "GPT2LMHeadModel";
        }

        if (!OtherKinds.Contains(kind))
        {
            throw folder.Config.Error("model_type", $"is '{kind}', and must be one of {string.Join(", ", [ClipConfig.FullModel, ClipConfig.VisionModel, Gpt2Folder.Kind, .. OtherKinds])}");
        }

        ModelFolderWriter.Write(folder.Path, target, folder.Weights, options.FloatingType, token: token);
        return kind;
    }

    private static bool IsOpenAis(string source, ModelConversionOptions options) =>
        File.Exists(source) || ClipSource.IsOpenAis(ModelFolder.Locate(source, options.ModelSearch));

    private static string ReadKind(string source, ModelConversionOptions options)
    {
        using var folder = ModelFolder.Open(source, options.ModelSearch);
        return folder.Config.Text("model_type", Gpt2Folder.Kind);
    }
}
