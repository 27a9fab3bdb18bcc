using ClipGpt2.Captioning.Parts;

namespace ClipGpt2.Captioning;

/// <summary>The parts of a captioner that can be trained.</summary>
[Flags]
public enum TrainableParts
{
    /// <summary>None: the captioner is for inference.</summary>
    None = 0,

    /// <summary>The image encoder.</summary>
    Encoder = 1,

    /// <summary>The projector.</summary>
    Projector = 2,

    /// <summary>The decoder.</summary>
    Decoder = 4,

    /// <summary>What the reference program and ClipCap train.</summary>
    ProjectorAndDecoder = Projector | Decoder,

    /// <summary>All of them.</summary>
    All = Encoder | Projector | Decoder,
}

/// <summary>The parts to train as the parts' station calls them.</summary>
internal static class TrainableRoles
{
    private static readonly (TrainableParts Part, string Role)[] Roles =
    [
        (TrainableParts.Encoder, PartRole.Encoder), (TrainableParts.Projector, PartRole.Projector), (TrainableParts.Decoder, PartRole.Decoder),
    ];

    /// <summary>Their roles.</summary>
    public static IReadOnlySet<string> Of(TrainableParts parts) => Roles.Where(role => parts.HasFlag(role.Part)).Select(role => role.Role).ToHashSet(StringComparer.Ordinal);
}
