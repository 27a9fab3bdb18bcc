using System.Collections.Concurrent;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Training.Objectives;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The batches of a stream, in its order, with their pictures decoded anew in every epoch.</summary>
/// <remarks>A resumed run reads, without decoding, past what it has behind it.</remarks>
internal sealed class StreamBatches(
    ICaptionStream stream, Captioner captioner, CaptionTargets targets, int batchSize, DataLoadingOptions loading, BadPictures bad) : IBatchSource
{
    public int? Examples => null;

    public long? BatchesPerEpoch => null;

    public string Hash => "a stream";

    public IEnumerable<TrainingBatch> Read(int epoch, long skip, CancellationToken token)
    {
        // The loader reads ahead on a thread of its own.
        var begun = new ConcurrentQueue<CaptionExample[]>();
        var pictures = stream.Read(epoch, token).Chunk(batchSize).Where(IsUsed).Skip(checked((int)skip)).Select(batch =>
        {
            begun.Enqueue(batch);
            return (IReadOnlyList<CaptionExample>)[.. batch.DistinctBy(example => example.ImageId, StringComparer.Ordinal)];
        });
        var preparation = new ImagePreparation(captioner.Encoder.Preprocessor, captioner.Options);
        var number = skip;
        foreach (var loaded in PixelLoader.Load(pictures, preparation, loading, token))
        {
            bad.Note(loaded.Bad);
            if (begun.TryDequeue(out var batch) && loaded.Examples.Count > 0)
            {
                yield return Batch(batch, loaded, number);
            }

            number++;
        }
    }

    private bool IsUsed(CaptionExample[] batch) => batch.Length == batchSize || !loading.DropLast;

    /// <summary>The captions whose pictures are good; a picture with several captions is encoded once.</summary>
    private TrainingBatch Batch(CaptionExample[] batch, PixelBatch loaded, long number)
    {
        var rowOf = loaded.Examples.Select((example, row) => (example.ImageId, row)).ToDictionary(p => p.ImageId, p => p.row, StringComparer.Ordinal);
        var examples = batch.Where(example => rowOf.ContainsKey(example.ImageId)).ToList();
        var pictures = PictureBatch.Of(loaded) with { Rows = [.. examples.Select(example => (long)rowOf[example.ImageId])] };
        return new TrainingBatch(pictures, Captions(examples), number);
    }

    private CaptionBatch Captions(List<CaptionExample> examples)
    {
        var texts = targets.Build([.. examples.Select(example => TokenizedCaptions.Encode(captioner.Tokenizer, example.Caption))]);
        return CaptionBatch.Create([.. texts.Select(text => (ReadOnlyMemory<int>)text)], targets, captioner.VisualPositions);
    }
}
