namespace ClipGpt2.Captioning.Weights;

/// <summary>A kind of part: all that the registry of kinds (<c>CaptionerParts</c>) is asked about it.</summary>
/// <remarks>It doesn't change; its functions may be called by any number of threads. What they throw should be a <see cref="CaptioningException"/> that names the file and the field.</remarks>
/// <typeparam name="T">What its parts are: an image encoder, a projector, a caption decoder, a text encoder or a tokenizer.</typeparam>
public sealed class PartKind<T>
    where T : class
{
    /// <summary>Describes a kind.</summary>
    /// <param name="name">Its name in <c>captioner.json</c>, checkpoints and configurations.</param>
    /// <param name="load">Loads one.</param>
    public PartKind(string name, Func<PartContext, T> load)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(load);
        (Name, Load) = (name, load);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Loads one.</summary>
    public Func<PartContext, T> Load { get; }

    /// <summary>Makes one with fresh weights; the second argument is the seed, and the same seed gives the same weights.</summary>
    /// <value>The default is <see langword="null"/>: parts of the kind are only loaded.</value>
    public Func<PartContext, long, T>? CreateFresh { get; init; }

    /// <summary>Whether a model at a full path, which doesn't name its kind, is of this one.</summary>
    /// <value>The default is <see langword="null"/>: the kind must be named.</value>
    public Func<string, bool>? Recognizes { get; init; }

    /// <summary>Which model lies at a full path, without loading it.</summary>
    /// <value>The default is <see langword="null"/>: only a loaded part can say it, if it is an <see cref="IIdentifiedModel"/>.</value>
    public Func<string, ModelIdentity>? Identify { get; init; }

    /// <summary>Reads the sizes of the model at a full path from its configuration, without its weights; null where only a loaded part can say them.</summary>
    internal Func<string, PartSizes>? Measure { get; init; }

    /// <summary>What checkpoints call parts of this kind; null for the names of the part's role.</summary>
    internal CheckpointNames? Names { get; init; }
}

/// <summary>What a model's configuration says of its sizes.</summary>
/// <param name="HiddenSize">The size of a visual token, for a decoder.</param>
/// <param name="Positions">The most positions, for a decoder.</param>
/// <param name="EmbeddingDimension">The size of an embedding, for an encoder.</param>
internal readonly record struct PartSizes(int? HiddenSize = null, int? Positions = null, int? EmbeddingDimension = null);

/// <summary>What checkpoints call a part.</summary>
/// <param name="Base">The name of its section, without <c>_config</c>, and of its base model among the base models.</param>
/// <param name="NamePrefix">What the names of its tensors begin with.</param>
internal sealed record CheckpointNames(string Base, string NamePrefix)
{
    /// <summary>The names of a part whose kind has none of its own.</summary>
    /// <param name="role">What the part is, such as <c>encoder</c>.</param>
    public static CheckpointNames Of(string role) => new(role, role + ".");

    /// <summary>The section that describes the part.</summary>
    public string Section => Base + "_config";
}
