using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Pipeline;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>The unit vectors of pictures and texts, encoded in batches.</summary>
internal sealed class ClipEmbeddings(IImageEncoder imageEncoder, ITextEncoder textEncoder, ClipScoreOptions options)
{
    private const int PreparingThreads = 2;

    private readonly int _batchSize = options.BatchSize;

    // Pictures of different sizes don't fit into one batch.
    private readonly int _pictures = imageEncoder.Preprocessor.FixedSize is null ? 1 : options.BatchSize;

    private readonly ImagePreparation _preparation = new(imageEncoder.Preprocessor, options.ImageDecoder, options.ImageDecoding);

    /// <summary>The vector of each distinct text.</summary>
    public Dictionary<string, float[]> OfTexts(IEnumerable<string> texts, CancellationToken token)
    {
        var vectors = new Dictionary<string, float[]>(StringComparer.Ordinal);

        // Texts of about the same length share a batch, so that little is spent on padding.
        foreach (var batch in texts.Distinct(StringComparer.Ordinal).OrderByDescending(text => text.Length).Chunk(_batchSize))
        {
            token.ThrowIfCancellationRequested();
            using var inference = no_grad();
            using var embeddings = textEncoder.Encode(batch);
            foreach (var (text, vector) in batch.Zip(UnitVectors.Of(embeddings, "The text encoder's embedding", i => batch[i])))
            {
                vectors.Add(text, vector);
            }
        }

        return vectors;
    }

    /// <summary>The vector of each image's picture, in order.</summary>
    /// <exception cref="CaptioningException">A picture can't be decoded; the message names its image.</exception>
    public List<float[]> OfPictures(IReadOnlyList<CaptionedImage> images, Func<CaptionedImage, ImageSource> pictureOf, CancellationToken token)
    {
        var vectors = new List<float[]>(images.Count);
        using var queue = new PreparationQueue(images.Select(pictureOf), _preparation, new PreparationLimits(PreparingThreads, 2 * _pictures, long.MaxValue), token);
        while (queue.NextBatch(_pictures) is { Count: > 0 } batch)
        {
            token.ThrowIfCancellationRequested();
            if (batch.FindIndex(picture => picture.Error is not null) is >= 0 and var failed)
            {
                throw new CaptioningException($"The picture of image '{images[vectors.Count + failed].Id}' can't be scored: {batch[failed].Error!.Message}", batch[failed].Error);
            }

            vectors.AddRange(Encode(batch));
        }

        return vectors;
    }

    private IEnumerable<float[]> Encode(List<PreparedImage> pictures)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        return UnitVectors.Of(imageEncoder.Encode(PreparedImage.Stack(pictures)), "The image encoder's embedding", i => pictures[i].Source.Name);
    }
}
