using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>An example whose picture is missing or broken.</summary>
/// <param name="Example">The example.</param>
/// <param name="Error">What is wrong.</param>
internal sealed record BadExample(CaptionExample Example, CaptioningException Error)
{
    public BadImage ToBadImage() => new(Example.ImageId, Example.Image?.Name ?? Example.ImageId, Error.Message);
}
