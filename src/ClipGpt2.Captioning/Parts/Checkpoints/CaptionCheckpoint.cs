using System.Text.Json;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>A caption checkpoint: the tensors that a run trained, with its configuration and figures, in one file.</summary>
/// <remarks>
/// <para>
/// This library's own are <c>.safetensors</c> files, whose tensors have the names and shapes of the reference program's state dict: <c>gpt.</c>, <c>projector.</c>,
/// and <c>clip.</c> where the encoder was trained too. The metadata holds the reference program's nine keys (but for the state dict itself) as JSON.
/// </para>
/// <para>
/// The reference program's own (<c>.pkl</c>, or the same dictionary by <c>torch.save</c>) and ClipCap's (<c>.pt</c>) are read too, as data: nothing in them is run.
/// Safe from any number of threads.
/// </para>
/// </remarks>
public sealed class CaptionCheckpoint : IDisposable
{
    internal const string Format = "clipgpt2.caption_checkpoint";
    internal const string FirstVersion = "1";
    internal const string Version = "2";

    private readonly CheckpointContent _content;

    private CaptionCheckpoint(CheckpointContent content) => _content = content;

    /// <summary>The file.</summary>
    public string Path => _content.Tensors.Location;

    /// <summary>Which program wrote it.</summary>
    public CheckpointForm Form => _content.Form;

    /// <summary>What the file says beside its tensors, by key; values are JSON but for <c>format</c> and <c>version</c>.</summary>
    /// <remarks>Of ClipCap's it is the file of arguments beside it, as <c>clipcap_arguments</c>, if there is one.</remarks>
    public IReadOnlyDictionary<string, string> Metadata => _content.Metadata;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _content.Tensors.Tensors;

    /// <summary>The loss on the validation set; null if there was none.</summary>
    public double? ValidationLoss => Number("validation_loss");

    /// <summary>The mean loss of the epoch that the checkpoint is from; null if it had no step.</summary>
    public double? TrainLoss => Number("train_loss");

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">The file. A <c>.safetensors</c> file must be this library's; of others the content tells whose they are.</param>
    /// <returns>The checkpoint; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="UnsafeCheckpointException">The file asks for more than data.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, or no caption checkpoint.</exception>
    public static CaptionCheckpoint Open(string path) => new(IsSafetensors(path) ? OpenOwn(path) : OpenPyTorch(path));

    /// <summary>Whether a file is a caption checkpoint of any form; a damaged one with the ending of this library's own counts, so that opening it says what is wrong.</summary>
    /// <param name="path">The file.</param>
    /// <returns>True if <see cref="Open"/> reads it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">It is a damaged PyTorch file, or (<see cref="UnsafeCheckpointException"/>) asks for more than data.</exception>
    public static bool IsOne(string path)
    {
        if (IsSafetensors(path))
        {
            return IsOwn(path);
        }

        using var file = PyTorchFile.Open(path);
        return ReferenceCheckpoint.IsOne(file) || ClipCapCheckpoint.IsOne(file);
    }

    /// <summary>Whether a file is a checkpoint of this library; a damaged one counts, so that opening it says what is wrong.</summary>
    internal static bool IsOwn(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            return file.Metadata.GetValueOrDefault("format") == Format;
        }
        catch (CheckpointFormatException)
        {
            return true;
        }
    }

    private static bool IsSafetensors(string path) => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static CheckpointContent OpenOwn(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            if (file.Metadata.GetValueOrDefault("format") is var format && format != Format)
            {
                throw new CheckpointFormatException($"'{path}' is no caption checkpoint: its metadata have 'format' {(format is null ? "not at all" : $"as '{format}'")}, and it must be '{Format}'.");
            }

            if (file.Metadata.GetValueOrDefault("version") is var version && version is not (FirstVersion or Version))
            {
                throw new CheckpointFormatException($"'{path}' is a caption checkpoint of version '{version}', and this library reads versions up to {Version}: use a later one.");
            }

            return new CheckpointContent(CheckpointForm.Own, file, file.Metadata);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static CheckpointContent OpenPyTorch(string path)
    {
        var file = PyTorchFile.Open(path);
        try
        {
            return ReferenceCheckpoint.IsOne(file) ? ReferenceCheckpoint.Read(file)
                : ClipCapCheckpoint.IsOne(file) ? ClipCapCheckpoint.Read(file)
                : throw new CheckpointFormatException(
                    $"'{path}' is no caption checkpoint: it has neither the reference program's key '{ReferenceCheckpoint.StateDictKey}' nor tensors of ClipCap's '{ClipCapCheckpoint.ProjectorPrefix}'.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the checkpoint in this library's own form, with what it says of itself.</summary>
    /// <param name="path">The <c>.safetensors</c> file; one that is there is replaced.</param>
    /// <param name="bases">The names of the base models, to put in place of the checkpoint's; ClipCap's need both. (<see cref="BaseModels.Encoder"/> and <see cref="BaseModels.Decoder"/>.)</param>
    /// <param name="token">Ends the writing; nothing is left behind.</param>
    /// <exception cref="CheckpointFormatException">The checkpoint is damaged.</exception>
    /// <exception cref="CaptioningException">The file can't be written, or a base model's name is missing.</exception>
    public void SaveAs(string path, BaseModels? bases = null, CancellationToken token = default) => OwnForm.Write(_content, path, bases ?? new(), token);

    /// <summary>Whether the checkpoint holds weights of the image encoder.</summary>
    internal bool HoldsEncoder => CheckpointReader.NamesOf(_content).Encoder.NamePrefix is var prefix && Tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The captioner that the checkpoint describes; disposing the description closes the checkpoint.</summary>
    internal CaptionerDescription Describe(BaseModels bases) => new CheckpointReader(_content, bases).Read(this);

    /// <summary>Puts the weights into parts that were loaded as trainable; adapters go beside the decoder's weights.</summary>
    /// <exception cref="CheckpointFormatException">A tensor has no place in the parts or another shape, or the preprocessing of pictures is another; nothing was changed.</exception>
    internal void ApplyTo(PartSet parts) => CheckpointWeights.Put(_content, parts);

    /// <inheritdoc/>
    public void Dispose() => _content.Tensors.Dispose();

    private double? Number(string key)
    {
        try
        {
            return JsonSerializer.Deserialize<double?>(Metadata.GetValueOrDefault(key, "null"));
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException($"'{Path}' is damaged: its metadata have '{key}' as '{Metadata[key]}', which is no number.", e);
        }
    }
}
