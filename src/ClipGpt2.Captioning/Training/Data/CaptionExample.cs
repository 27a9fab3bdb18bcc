namespace ClipGpt2.Captioning.Training.Data;

/// <summary>A picture and one of its captions.</summary>
/// <remarks>Immutable. A picture with five captions is five examples with one <see cref="ImageId"/>.</remarks>
public sealed record CaptionExample
{
    /// <summary>Which picture it is: equal for all captions of one picture, and for no other.</summary>
    public required string ImageId { get; init; }

    /// <summary>The caption, as the file has it.</summary>
    public required string Caption { get; init; }

    /// <summary>The picture; null where there is only an <see cref="Embedding"/>.</summary>
    public ImageSource? Image { get; init; }

    /// <summary>The picture's embedding [D], from sources that bring it along; null to have it computed.</summary>
    public ReadOnlyMemory<float>? Embedding { get; init; }

    /// <summary>Where the example stands, as <c>captions.json: [17]</c> or <c>train.jsonl:18</c>, for messages.</summary>
    public string? Location { get; init; }
}
