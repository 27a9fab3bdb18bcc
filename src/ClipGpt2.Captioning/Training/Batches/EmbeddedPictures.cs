using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>Pictures as embeddings that were computed once for all epochs.</summary>
internal sealed class EmbeddedPictures(EmbeddingTable table, IReadOnlyList<CaptionExample> pictures) : IPictureLoader
{
    private readonly int[] _rows = [.. pictures.Select(picture => table.TryFind(picture.ImageId, out var row) ? row : throw new InvalidOperationException($"'{picture.ImageId}' has no embedding."))];

    public IEnumerable<PictureBatch> Load(IEnumerable<IReadOnlyList<int>> batches, CancellationToken token)
    {
        foreach (var batch in batches)
        {
            token.ThrowIfCancellationRequested();
            var numbers = table.Features.Numbers;
            var values = new float[batch.Count * numbers];
            for (var i = 0; i < batch.Count; i++)
            {
                table.Read(_rows[batch[i]], values.AsSpan(i * numbers, numbers));
            }

            yield return new PictureBatch(values, table.Features.Of(batch.Count));
        }
    }
}
