using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>A captioner's weights under the names and in the shapes that checkpoints have: those of the reference program's state dict for its kinds of parts.</summary>
internal static class CheckpointTensors
{
    /// <summary>The weights that a checkpoint of the captioner must hold, in the current dispose scope.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="isTrained">Whether a weight, by the role and the name in the part, was trained.</param>
    public static IEnumerable<KeyValuePair<string, Tensor>> Of(PartSet parts, Func<string, string, bool> isTrained) => parts.Modules.SelectMany(module =>
    {
        var isWhole = CheckpointParts.MustBeWhole(module.Role, module.Part);
        var names = parts.NamesOf(module.Role);
        return Stored(module.Part).Where(p => isWhole || isTrained(module.Role, p.Key)).Select(p => new KeyValuePair<string, Tensor>(names.NamePrefix + p.Key, p.Value));
    });

    /// <summary>The weights of those parts that are trainable, as views through which they can be changed, in the current dispose scope.</summary>
    public static IReadOnlyDictionary<string, Tensor> Writable(PartSet parts) => Of(parts, (_, _) => true).ToDictionary(StringComparer.Ordinal);

    /// <summary>A part that is frozen is usually packed, and then no checkpoint has weights for it.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> Stored(object part)
    {
        try
        {
            return part is ITrainable trainable ? [.. trainable.StoredParameters()] : [];
        }
        catch (CaptioningException)
        {
            return [];
        }
    }
}
