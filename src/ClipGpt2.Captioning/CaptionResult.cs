using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning;

/// <summary>What a captioner says of one picture: captions, best first, or the error that kept it from saying anything.</summary>
public sealed class CaptionResult
{
    internal CaptionResult(string source, IReadOnlyList<Caption> captions, ReadOnlyMemory<float>? embedding)
    {
        Source = source;
        Captions = captions;
        Embedding = embedding;
    }

    internal CaptionResult(string source, CaptioningException error, ReadOnlyMemory<float>? embedding = null)
    {
        Source = source;
        Captions = [];
        Error = error;
        Embedding = embedding;
    }

    /// <summary>The picture's path or name.</summary>
    public string Source { get; }

    /// <summary>The captions, best first; as many as <see cref="DecodingOptions.ReturnedSequences"/> asks for, none where there is an error.</summary>
    public IReadOnlyList<Caption> Captions { get; }

    /// <summary>Why the picture has no caption, or null.</summary>
    public CaptioningException? Error { get; }

    /// <summary>The image embedding [D], not normalised; null unless it was asked for and there is one.</summary>
    public ReadOnlyMemory<float>? Embedding { get; }

    /// <summary>The best caption.</summary>
    /// <exception cref="CaptioningException">The picture has none: <see cref="Error"/>.</exception>
    public string Text => Best.Text;

    /// <summary>The best caption with its figures.</summary>
    /// <exception cref="CaptioningException">The picture has none: <see cref="Error"/>.</exception>
    public Caption Best => Captions.Count > 0
        ? Captions[0]
        : throw new CaptioningException($"'{Source}' has no caption: {Error?.Message}", Error);

    /// <summary>The source with its caption or error.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => Error is null ? $"{Source}: {Text}" : $"{Source}: {Error.Message}";
}

/// <summary>One caption with its figures.</summary>
/// <param name="Text">The new tokens decoded without special tokens; not trimmed, and without the prompt.</param>
/// <param name="Sequence">Token ids, log-probabilities, score and finish reason.</param>
/// <param name="Similarity">The cosine of the image's and the caption's embedding by CLIP, from -1 to 1; null unless it was asked for.</param>
public sealed record Caption(string Text, DecodedSequence Sequence, float? Similarity = null);
