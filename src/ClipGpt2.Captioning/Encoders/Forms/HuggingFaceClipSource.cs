using System.Diagnostics.CodeAnalysis;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>A folder in Hugging Face's form: <c>CLIPModel</c> or <c>CLIPVisionModelWithProjection</c>.</summary>
internal sealed class HuggingFaceClipSource : ClipSource
{
    private readonly ModelFolder _folder;

    /// <param name="folder">The folder, which from then on is the source's.</param>
    [SetsRequiredMembers]
    public HuggingFaceClipSource(ModelFolder folder) => (_folder, Id, Path) = (folder, folder.Id, folder.Path);

    /// <param name="path">The folder, or a model's id.</param>
    /// <param name="search">Where ids are looked up.</param>
    /// <exception cref="ModelNotFoundException">There is no such folder.</exception>
    /// <exception cref="CheckpointFormatException">It holds another kind of model, or a field of its configuration is wrong.</exception>
    public static HuggingFaceClipSource Open(string path, ModelSearchOptions? search)
    {
        var source = new HuggingFaceClipSource(ModelFolder.Open(path, search));
        try
        {
            _ = source.Vision;
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public override IClipTowerConfig Vision => ClipConfig.Vision(_folder.Config);

    public override ClipTextConfig? Text => ClipConfig.HasText(_folder.Config) ? ClipConfig.Text(_folder.Config) : null;

    public override ITensorSource Weights => _folder.Weights;

    public override WeightNameMap Names { get; } = new ClipNames();

    public override ITensorSource ModelNamed => Weights;

    public override string? TokenizerFolder => Path;

    /// <summary>Whether a weight of the given name is another part's than the image tower's.</summary>
    public static bool IsBeside(string name) => name.StartsWith("text_", StringComparison.Ordinal) || name is "logit_scale";

    public override bool IsBesideVision(string storedName) => IsBeside(storedName);

    public override bool IsBesideText(string storedName) =>
        storedName.StartsWith("vision_", StringComparison.Ordinal) || storedName.StartsWith("visual_", StringComparison.Ordinal) || storedName is "logit_scale";

    public override ImagePreprocessor LoadPreprocessor() => ImagePreprocessor.Load(Path);

    public override ModelIdentity Identify() => ModelIdentity.Of(_folder);

    public override void Dispose() => _folder.Dispose();
}
