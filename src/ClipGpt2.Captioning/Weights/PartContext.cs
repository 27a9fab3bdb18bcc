using ClipGpt2.Captioning.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Weights;

/// <summary>What a part is loaded from.</summary>
/// <param name="Description">The part's section of <c>captioner.json</c>, of a checkpoint or of a configuration: whatever its kind stores there.</param>
/// <param name="Path">The file or folder that it lies in, as a full path; of a part that a checkpoint holds whole and that has no base, the checkpoint.</param>
/// <param name="Compute">Where and how to compute.</param>
public sealed record PartContext(ConfigSection Description, string Path, ComputeOptions Compute)
{
    /// <summary>What the file or folder was named by: its path, or a model's id.</summary>
    public string Id { get; init; } = Path;

    /// <summary>What the part that is loaded from this has as its <see cref="ISavablePart.Origin"/>: null if a checkpoint holds all of it.</summary>
    public PartOrigin? Origin => Stored switch
    {
        null => new(Path),
        { IsWhole: true } => null,
        _ => new(Path) { HoldsWeights = false },
    };

    /// <summary>The captioner's tokenizer, for a decoder that needs it; null while the tokenizer itself is loaded.</summary>
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>Whose reading of a model's files is followed where the versions of transformers differ.</summary>
    public ModelCompatibility Compatibility { get; init; }

    /// <summary>Is told what is odd about a part's files.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Where ids are looked up; null for the defaults.</summary>
    internal ModelSearchOptions? Search { get; init; }

    /// <summary>What a checkpoint holds of the part; null where all of it lies at <see cref="Path"/>.</summary>
    internal StoredPart? Stored { get; init; }

    /// <summary>The part's tensors by their names in its own file: those of the file or folder, with those that a checkpoint holds in their places.</summary>
    /// <returns>The tensors; dispose it once they are read.</returns>
    /// <exception cref="CaptioningException">A file is missing or damaged.</exception>
    public ITensorSource OpenWeights() => Stored switch
    {
        null => TensorFiles.OpenAsStored(Path),
        { IsWhole: true } whole => whole.Use(),
        var trained => new LaidOverTensors(TensorFiles.OpenAsStored(Path), trained.Use()),
    };
}
