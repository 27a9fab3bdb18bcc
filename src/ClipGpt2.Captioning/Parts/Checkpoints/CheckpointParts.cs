using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Whether a captioner's parts can be described by a checkpoint and loaded again from one.</summary>
internal static class CheckpointParts
{
    /// <summary>Fails with all that is in the way, before anything is trained or written.</summary>
    /// <exception cref="CaptioningException">A part can't say its kind, or has weights that neither its origin nor a checkpoint can hold.</exception>
    public static void RefuseUnfit(PartSet parts)
    {
        string[] faults =
        [
            .. parts.Modules.SelectMany(module => FaultsOf(module.Role, module.Part)),
            .. parts.Tokenizer is ISavablePart { Origin: not null } ? Array.Empty<string>()
                : [$"The tokenizer ({parts.Tokenizer.GetType()}) can't be named in a checkpoint: it doesn't implement {nameof(ISavablePart)} with an {nameof(ISavablePart.Origin)}."],
        ];
        if (faults.Length > 0)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, faults));
        }
    }

    /// <summary>Whether a checkpoint must hold all of a part's weights, since no file has them.</summary>
    /// <remarks>A projector has no base, wherever it was loaded from.</remarks>
    public static bool MustBeWhole(string role, object part) => role == PartRole.Projector || part is not ISavablePart { Origin.HoldsWeights: true };

    private static IEnumerable<string> FaultsOf(string role, object part)
    {
        if (part is not ISavablePart)
        {
            yield return $"The {role} ({part.GetType()}) can't be described by a checkpoint: it doesn't implement {nameof(ISavablePart)}.";
        }
        else if (MustBeWhole(role, part) && !CanHandOut(part, out var reason))
        {
            yield return $"The {role} ({part.GetType()}) can't be kept by a checkpoint: {(role == PartRole.Projector ? "it has no base" : $"no file has its weights as they are ({nameof(ISavablePart)}.{nameof(ISavablePart.Origin)})")}, and {reason}.";
        }
    }

    private static bool CanHandOut(object part, out string reason)
    {
        reason = $"it doesn't implement {nameof(ITrainable)}, which hands them out";
        if (part is not ITrainable trainable)
        {
            return false;
        }

        try
        {
            _ = trainable.NamedParameters().Count();
            return true;
        }
        catch (CaptioningException e)
        {
            reason = $"it can't hand them out as it was loaded ({e.Message.TrimEnd('.')})";
            return false;
        }
    }
}
