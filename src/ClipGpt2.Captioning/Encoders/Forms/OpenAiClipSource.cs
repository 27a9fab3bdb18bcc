using System.Diagnostics.CodeAnalysis;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>A file of weights by OpenAI's names: a state dict of openai/CLIP or OpenCLIP, perhaps nested in a training checkpoint, and OpenCLIP's configuration beside it, if there is one.</summary>
internal sealed class OpenAiClipSource : ClipSource
{
    /// <summary>The names under which OpenCLIP's folders keep their weights, the first that is there.</summary>
    public static readonly IReadOnlyList<string> FileNames = ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"];

    private readonly ITensorSource _file;
    private readonly OpenClipConfig? _config;
    private readonly OpenAiClipNames _names;

    [SetsRequiredMembers]
    private OpenAiClipSource(string id, string path, ITensorSource file, ClipFileOptions options)
    {
        (Id, Path, _file) = (id, path, file);
        Weights = Unnested(file);
        ConfigFile = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, OpenClipConfig.FileName) is var beside && File.Exists(beside) ? beside : null;
        _config = ConfigFile is null ? null : OpenClipConfig.Load(ConfigFile);
        var sizes = new StoredSizes(Weights);
        _names = new OpenAiClipNames(OpenAiClipSizes.IsResNet(sizes));
        Activation = options.HiddenActivation ?? _config?.Activation ?? (IsOpenAis(sizes) ? "quick_gelu" : "gelu");
        Vision = _config?.Vision(Activation) ?? OpenAiClipSizes.Vision(sizes, Activation);
        Text = OpenAiClipSizes.Text(sizes, Activation) is not { } inferred ? null : _config?.Text(Activation) ?? inferred;
    }

    public override IClipTowerConfig Vision { get; }

    public override ClipTextConfig? Text { get; }

    public override ITensorSource Weights { get; }

    public override WeightNameMap Names => _names;

    public override ITensorSource ModelNamed => new ModelNamedTensors(Weights, _names);

    /// <summary>The activation of both towers' blocks by Hugging Face's name.</summary>
    public string Activation { get; }

    /// <summary>OpenCLIP's configuration, or null.</summary>
    private string? ConfigFile { get; }

    /// <summary>The file of weights in a folder of OpenCLIP's form, or null if it is of another.</summary>
    public static string? FileIn(string folder) => File.Exists(System.IO.Path.Combine(folder, OpenClipConfig.FileName))
        ? FileNames.Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        : null;

    /// <param name="id">What it was asked for by.</param>
    /// <param name="path">The file's full path.</param>
    /// <param name="options">What the file doesn't say.</param>
    /// <exception cref="CheckpointFormatException">The file holds no CLIP in OpenAI's form, or is damaged.</exception>
    public static OpenAiClipSource Open(string id, string path, ClipFileOptions options)
    {
        var file = TensorFiles.Open(path);
        try
        {
            return new OpenAiClipSource(id, path, file, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>OpenCLIP's folders have a tokenizer; a file of weights alone may lie anywhere.</remarks>
    public override string? TokenizerFolder => ConfigFile is null ? null : System.IO.Path.GetDirectoryName(Path);

    public override bool IsBesideVision(string storedName) => !storedName.StartsWith(OpenAiClipNames.Visual, StringComparison.Ordinal);

    public override bool IsBesideText(string storedName) => !IsBesideVision(storedName) || storedName is "logit_scale";

    public override ImagePreprocessor LoadPreprocessor() => new(_config?.Preprocessing(Vision.ImageSize) ?? OpenAiPreprocessing.Of(Vision.ImageSize));

    public override ModelIdentity Identify() => ModelIdentity.Of(Id, ConfigFile is null ? [Path] : [ConfigFile, Path]);

    public override void Dispose() => _file.Dispose();

    /// <summary>Whether the weights are as OpenAI's program leaves them: with its numbers, or with its mixture of types.</summary>
    private static bool IsOpenAis(StoredSizes sizes)
    {
        const string Norm = "ln_final.weight";
        return OpenAiClipNames.Numbers.All(sizes.Has) || (sizes.Type(OpenAiClipSizes.FirstWeight) == "F16" && sizes.Type(Norm) == "F32");
    }

    /// <summary>The part of the file that is the model's: all of it, or what lies below <c>state_dict</c> or <c>module</c>, as training programs keep it.</summary>
    private static ITensorSource Unnested(ITensorSource file)
    {
        const string First = OpenAiClipSizes.FirstWeight;
        var namePrefixes = file.Tensors.Keys
            .Where(name => name == First || name.EndsWith("." + First, StringComparison.Ordinal))
            .Select(name => name[..^First.Length])
            .ToList();
        return namePrefixes switch
        {
            [] => throw new CheckpointFormatException(
                $"'{file.Location}' holds no CLIP in OpenAI's form: it lacks the tensor '{First}'. A model in Hugging Face's form is the folder that holds its 'config.json'."),
            _ when namePrefixes.Contains("") => file,
            [var only] => new PartOfTensors(file, only),
            _ => throw new CheckpointFormatException($"'{file.Location}' holds several CLIPs: below {string.Join(" and ", namePrefixes.Select(b => $"'{b}'"))}. Keep one of them in a file."),
        };
    }
}
