namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Something that keeps examples from being trained on.</summary>
public sealed record CaptionDatasetProblem
{
    /// <summary>What it is.</summary>
    public required CaptionDatasetProblemKind Kind { get; init; }

    /// <summary>The index of the first example that it concerns.</summary>
    public required long Index { get; init; }

    /// <summary>The picture; empty where the example can't be read.</summary>
    public required string ImageId { get; init; }

    /// <summary>Where the first example stands; null where the data set doesn't tell.</summary>
    public string? Location { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>How many examples it concerns.</summary>
    public required int Examples { get; init; }
}

/// <summary>Kinds of problems in a data set.</summary>
public enum CaptionDatasetProblemKind
{
    /// <summary>There is no such file.</summary>
    MissingImage,

    /// <summary>The picture can't be decoded.</summary>
    BrokenImage,

    /// <summary>The example has neither a picture nor an embedding.</summary>
    NoImage,

    /// <summary>The caption is empty.</summary>
    EmptyCaption,

    /// <summary>The data set can't read the example.</summary>
    UnreadableExample,
}
