using ClipGpt2.Captioning.Parts;
using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Encoders;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Inference;

/// <summary>The pictures of a run, with the embeddings that encoders made of them.</summary>
internal sealed class InferencePictures(IReadOnlyList<string> images, SharedEncoders encoders, ILogger logger)
{
    private readonly Dictionary<IImageEncoder, ImageEmbedding?[]> _embeddings = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, InferenceFailure> _failures = new(StringComparer.Ordinal);

    /// <summary>The pictures that couldn't be read.</summary>
    public IEnumerable<InferenceFailure> Failures => images.Where(_failures.ContainsKey).Select(image => _failures[image]);

    /// <summary>A model's captions of pictures, in order; null for one that couldn't be read.</summary>
    /// <param name="captioner">The model.</param>
    /// <param name="model">Its file.</param>
    /// <param name="wanted">The pictures' numbers, ascending.</param>
    /// <param name="token">Ends the work.</param>
    public IAsyncEnumerable<string?> CaptionAsync(Captioner captioner, string model, IReadOnlyList<int> wanted, CancellationToken token)
    {
        if (!_embeddings.TryGetValue(captioner.Encoder, out var embeddings))
        {
            return EncodeAsync(captioner, wanted, token);
        }

        InferenceLog.EmbeddingsShared(logger, model);
        return FromEmbeddingsAsync(captioner, [.. wanted.Select(image => embeddings[image])], token);
    }

    private async IAsyncEnumerable<string?> EncodeAsync(Captioner captioner, IReadOnlyList<int> wanted, [EnumeratorCancellation] CancellationToken token)
    {
        // Embeddings are kept for further models only where all pictures are encoded.
        var embeddings = encoders.Contains(captioner.Encoder) && wanted.Count == images.Count ? new ImageEmbedding?[images.Count] : null;
        var options = new CaptionOptions { IncludeEmbedding = embeddings is not null };
        var next = 0;
        await foreach (var result in captioner.CaptionAsync(wanted.Select(image => ImageSource.FromFile(images[image])), options, token).ConfigureAwait(false))
        {
            if (embeddings is not null && result.Embedding is { } embedding)
            {
                embeddings[next] = new ImageEmbedding(result.Source, embedding);
            }

            next++;
            yield return TextOf(result);
        }

        if (embeddings is not null)
        {
            _embeddings[captioner.Encoder] = embeddings;
        }
    }

    private async IAsyncEnumerable<string?> FromEmbeddingsAsync(Captioner captioner, ImageEmbedding?[] embeddings, [EnumeratorCancellation] CancellationToken token)
    {
        foreach (var batch in embeddings.Chunk(captioner.Options.BatchSize))
        {
            var known = batch.OfType<ImageEmbedding>().ToList();
            var captions = new Queue<CaptionResult>(await Task.Run(() => captioner.Caption(known, token: token), token).ConfigureAwait(false));
            foreach (var embedding in batch)
            {
                yield return embedding is null ? null : TextOf(captions.Dequeue());
            }
        }
    }

    private string? TextOf(CaptionResult result)
    {
        if (result.Error is null)
        {
            return result.Text;
        }

        LeaveOut(result.Source, result.Error);
        return null;
    }

    private void LeaveOut(string image, CaptioningException error)
    {
        if (_failures.TryAdd(image, new InferenceFailure(image, error)))
        {
            InferenceLog.LeftOut(logger, image, error.Message);
        }
    }
}
