using System.Numerics.Tensors;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Captions that the host has already: from a database, a service, or made up.</summary>
/// <remarks>Immutable; safe for any number of threads.</remarks>
public sealed class InMemoryCaptionDataset : ICaptionDataset
{
    private readonly IReadOnlyList<CaptionExample> _examples;
    private readonly int? _dimension;

    /// <summary>Takes examples.</summary>
    /// <param name="examples">The examples in the order that seeds shuffle; each has a caption and a picture or an embedding.</param>
    /// <exception cref="CaptioningException">An example is incomplete, or embeddings have different lengths or values that aren't finite; the message names the index.</exception>
    public InMemoryCaptionDataset(IEnumerable<CaptionExample> examples)
    {
        _examples = [.. examples];
        _dimension = _examples.FirstOrDefault(example => example.Embedding is not null)?.Embedding!.Value.Length;
        for (var i = 0; i < _examples.Count; i++)
        {
            if (Fault(_examples[i]) is { } fault)
            {
                throw new CaptioningException($"Example {i} ('{_examples[i].ImageId}'): {fault}.");
            }
        }
    }

    /// <inheritdoc/>
    public int Count => _examples.Count;

    /// <inheritdoc/>
    public CaptionExample this[int index] => _examples[index];

    private string? Fault(CaptionExample example)
    {
        if (string.IsNullOrEmpty(example.ImageId))
        {
            return "has no ImageId";
        }

        if (string.IsNullOrWhiteSpace(example.Caption))
        {
            return "its caption is empty";
        }

        return example.Embedding is { } embedding ? Fault(embedding.Span) : example.Image is null ? "has neither an Image nor an Embedding" : null;
    }

    private string? Fault(ReadOnlySpan<float> embedding) =>
        embedding.IsEmpty || embedding.Length != _dimension ? $"its embedding has {embedding.Length} numbers, and the first one has {_dimension}"
        : !TensorPrimitives.IsFiniteAll(embedding) ? "its embedding holds NaN or infinity"
        : null;
}
