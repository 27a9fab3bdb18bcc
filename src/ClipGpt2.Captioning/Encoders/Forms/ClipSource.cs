using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>A CLIP model as it lies on disk, in whichever form: what its towers are, its weights, and what they are called.</summary>
internal abstract class ClipSource : IDisposable
{
    private const string ConfigName = "config.json";

    /// <summary>What it was opened by: a path or an id.</summary>
    public required string Id { get; init; }

    /// <summary>The full path of the folder or file.</summary>
    public required string Path { get; init; }

    public abstract IClipTowerConfig Vision { get; }

    /// <summary>The text tower, or null where there is none.</summary>
    public abstract ClipTextConfig? Text { get; }

    /// <summary>The weights, which stay the source's.</summary>
    public abstract ITensorSource Weights { get; }

    public abstract WeightNameMap Names { get; }

    /// <summary>The names by which models ask, in place of the stored ones.</summary>
    public abstract ITensorSource ModelNamed { get; }

    /// <summary>The folder that may hold the tokenizer's files beside the weights, or null.</summary>
    public abstract string? TokenizerFolder { get; }

    /// <summary>Opens a folder in Hugging Face's form or OpenCLIP's, a model's id in the cache on disk, or a file in OpenAI's form.</summary>
    /// <param name="path">The folder, id or file.</param>
    /// <param name="options">What a file doesn't say.</param>
    /// <param name="search">Where ids are looked up.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="CheckpointFormatException">It is no CLIP, or damaged.</exception>
    public static ClipSource Open(string path, ClipFileOptions? options = null, ModelSearchOptions? search = null)
    {
        options ??= new();
        options.Validate();
        if (File.Exists(path))
        {
            return OpenAiClipSource.Open(path, System.IO.Path.GetFullPath(path), options);
        }

        var folder = ModelFolder.Locate(path, search);
        return IsOpenAis(folder) ? OpenAiClipSource.Open(path, OpenAiClipSource.FileIn(folder)!, options) : HuggingFaceClipSource.Open(path, search);
    }

    /// <summary>Whether a folder is of OpenCLIP's form alone; where it is of Hugging Face's too, as LAION's are, that one is read.</summary>
    public static bool IsOpenAis(string folder) => !File.Exists(System.IO.Path.Combine(folder, ConfigName)) && OpenAiClipSource.FileIn(folder) is not null;

    /// <summary>The order of the preprocessing's steps in the form that a model with the given image tower is written in.</summary>
    public static ImageTransform TransformOf(IClipTowerConfig vision) => vision is ModifiedResNetConfig ? ImageTransform.OpenAi : ImageTransform.HuggingFace;

    /// <summary>Whether a weight of the given stored name belongs to other parts of the model than the image tower.</summary>
    public abstract bool IsBesideVision(string storedName);

    /// <summary>Whether a weight of the given stored name belongs to other parts of the model than the text tower.</summary>
    public abstract bool IsBesideText(string storedName);

    /// <summary>The text tower.</summary>
    /// <exception cref="CheckpointFormatException">There is none.</exception>
    public ClipTextConfig NeedText() => Text
        ?? throw new CheckpointFormatException($"'{Weights.Location}' holds an image tower only: load it with {nameof(ClipImageEncoder)}.{nameof(ClipImageEncoder.FromPretrained)}.");

    /// <summary>How pictures become the image tower's pixels.</summary>
    public abstract ImagePreprocessor LoadPreprocessor();

    /// <summary>Which model it is; its files are read and hashed.</summary>
    public abstract ModelIdentity Identify();

    public abstract void Dispose();
}
