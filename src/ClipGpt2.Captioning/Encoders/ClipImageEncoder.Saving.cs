using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;

namespace ClipGpt2.Captioning.Encoders;

/// <content>The encoder as a folder.</content>
public sealed partial class ClipImageEncoder
{
    /// <inheritdoc/>
    string ISavablePart.Kind => ClipKind.Name;

    /// <inheritdoc/>
    PartOrigin? ISavablePart.Origin => _origin is null ? null : new(_origin.Path) { HoldsWeights = !_origin.IsBaseOnly };

    /// <inheritdoc/>
    void ISavablePart.Describe(JsonObject description) =>
        EncoderDescription.Write(description, Gives, Preprocessor.Options.Squash, Preprocessor.Options.Transform is var transform && transform != ClipSource.TransformOf(Tower.Config) ? transform : null);

    /// <inheritdoc/>
    void ISavablePart.Save(string path) => Save(path);

    /// <summary>Writes the model as a folder: in Hugging Face's form, or in OpenCLIP's if the tower is a ModifiedResNet, for which Hugging Face's has no names.</summary>
    /// <remarks>
    /// What the encoder was loaded from is written whole, its text tower too, with this tower's weights where they were trained: a <c>CLIPModel</c>, or a
    /// <c>CLIPVisionModelWithProjection</c> where there is no other tower. The form of weights is safetensors, and <see cref="FromPretrained"/> reads the
    /// folder. Of the preprocessing it has no place for <see cref="ImagePreprocessorOptions.Squash"/> and <see cref="ImagePreprocessorOptions.Transform"/>.
    /// </remarks>
    /// <param name="folder">The folder; it is made if it isn't there, and files of the form's names are replaced.</param>
    /// <exception cref="CaptioningException">
    /// A file can't be written, or the weights are gone: they were packed for inference, and what they came from isn't there any more.
    /// </exception>
    public void Save(string folder)
    {
        using var trained = _compute.Trainable ? new MemoryTensors("the encoder in training", NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach()))) : null;
        if (trained is null && _origin is null or { IsBaseOnly: true })
        {
            throw new CaptioningException($"'{folder}' can't be written: the encoder's weights were packed for inference, and lie in no folder as they are. Load or make it with ComputeOptions.Trainable.");
        }

        if (_origin is null)
        {
            SaveNew(folder, trained!);
            return;
        }

        using var source = _origin.Open(folder);
        ClipFolderWriter.Write(source, folder, new ClipFolderOptions { Trained = trained, Preprocessing = Preprocessor.Options });
    }

    /// <summary>Writes a tower that came from no folder.</summary>
    private void SaveNew(string folder, ITensorSource trained)
    {
        if (Tower.Config is ModifiedResNetConfig resNet)
        {
            using var statistics = new MemoryTensors("the running statistics", _layers.Statistics.Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));
            using var all = new OverlaidTensors(statistics, trained, namePrefix: "", new ClipNames());
            ClipFolderWriter.WriteNew(resNet, all, Preprocessor.Options, folder);
        }
        else
        {
            ModelFolderWriter.WriteNew(folder, Configuration((ClipVisionConfig)Tower.Config), trained);
        }
    }

    private KeyValuePair<string, JsonObject>[] Configuration(ClipVisionConfig config) =>
    [
        new("config.json", config.ToJson()),
        new(PreprocessorConfig.FileName, PreprocessorConfigWriter.Write(Preprocessor.Options with { Squash = null, Transform = ImageTransform.HuggingFace })),
    ];
}
