namespace ClipGpt2.Captioning.Training;

/// <summary>What a validation found.</summary>
public sealed record ValidationFigures
{
    /// <summary>The epoch in or after which it was made, from 0; -1 for the one before training.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many optimizer steps were made before it.</summary>
    public required long Step { get; init; }

    /// <summary>The mean of the batches' losses.</summary>
    public required double Loss { get; init; }

    /// <summary>The metrics' figures by their keys, as <c>bertscore_f</c> or <c>cider</c>; empty where none is asked for.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Captions that were generated, for people to look at; empty where no metric asks for captions.</summary>
    public required IReadOnlyList<SampleCaption> Samples { get; init; }

    /// <summary>Whether it is the best so far by the run's figure.</summary>
    public bool IsBest { get; init; }
}

/// <summary>A generated caption beside what people wrote.</summary>
/// <param name="ImageId">The picture's id.</param>
/// <param name="Image">The picture's name: its path, if it is a file; null where there is only an embedding.</param>
/// <param name="Caption">What the model wrote.</param>
/// <param name="References">What people wrote.</param>
public sealed record SampleCaption(string ImageId, string? Image, string Caption, IReadOnlyList<string> References);
