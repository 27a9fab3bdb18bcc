using System.Text.Json;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>A caption checkpoint: the tensors that a run trained, with its configuration and figures, in one <c>.safetensors</c> file.</summary>
/// <remarks>
/// Tensors have the names and shapes of the seed's state dict: <c>gpt.</c>, <c>projector.</c>, and <c>clip.</c> where the encoder was trained too. The
/// metadata holds the seed's nine keys (but for the state dict itself) as JSON. Safe from any number of threads.
/// </remarks>
public sealed class CaptionCheckpoint : IDisposable
{
    internal const string Format = "clipgpt2.caption_checkpoint";
    internal const string Version = "1";

    private readonly SafetensorsFile _file;

    private CaptionCheckpoint(SafetensorsFile file) => _file = file;

    /// <summary>The file.</summary>
    public string Path => _file.Location;

    /// <summary>What the file says beside its tensors, by key; values are JSON but for <c>format</c> and <c>version</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _file.Tensors;

    /// <summary>The loss on the validation set; null if there was none.</summary>
    public double? ValidationLoss => Number("validation_loss");

    /// <summary>The mean loss of the epoch that the checkpoint is from; null if it had no step.</summary>
    public double? TrainLoss => Number("train_loss");

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The checkpoint; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged, or no caption checkpoint.</exception>
    public static CaptionCheckpoint Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") is var format && format != Format)
        {
            file.Dispose();
            throw new CheckpointFormatException($"'{path}' is no caption checkpoint: its metadata have 'format' {(format is null ? "not at all" : $"as '{format}'")}, and it must be '{Format}'.");
        }

        if (file.Metadata.GetValueOrDefault("version") is var version && version != Version)
        {
            file.Dispose();
            throw new CheckpointFormatException($"'{path}' is a caption checkpoint of version '{version}', and this library reads version {Version}: use a later one.");
        }

        return new CaptionCheckpoint(file);
    }

    /// <summary>Puts the checkpoint's weights into a captioner of the same models, whose parts were loaded as trainable.</summary>
    /// <param name="captioner">The captioner; nothing else may use it meanwhile.</param>
    /// <exception cref="CheckpointFormatException">A tensor has no place in the captioner or another shape; nothing was changed.</exception>
    public void ApplyTo(Captioner captioner)
    {
        ArgumentNullException.ThrowIfNull(captioner);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var weights = CheckpointTensors.Writable(captioner);
        string[] faults = [.. Tensors.Values.Select(info => Fault(info, weights)).OfType<string>().Order(StringComparer.Ordinal)];
        if (faults.Length > 0)
        {
            throw new CheckpointFormatException($"'{Path}' doesn't fit the captioner:{string.Concat(faults.Select(fault => Environment.NewLine + "  " + fault))}");
        }

        foreach (var name in Tensors.Keys)
        {
            weights[name].copy_(_file.Read(name));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string? Fault(TensorInfo info, IReadOnlyDictionary<string, Tensor> weights) => weights.TryGetValue(info.Name, out var weight)
        ? info.Shape.SequenceEqual(weight.shape) ? null : $"misshapen: '{info.Name}' is [{string.Join(", ", info.Shape)}] and must be [{string.Join(", ", weight.shape)}]"
        : $"unexpected: '{info.Name}' (is its part loaded as trainable?)";

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
