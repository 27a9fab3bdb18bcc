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
        var batches = stream.Read(epoch, token).Chunk(batchSize).Skip(checked((int)skip)).Select(batch => (IReadOnlyList<CaptionExample>)batch);
        var preparation = new ImagePreparation(captioner.Encoder.Preprocessor, captioner.Options);
        var number = skip;
        foreach (var batch in PixelLoader.Load(batches, preparation, loading, token))
        {
            bad.Note(batch.Bad);
            if (batch.Examples.Count > 0)
            {
                yield return new TrainingBatch(PictureBatch.Of(batch), Captions(batch.Examples), number);
            }

            number++;
        }
    }

    private CaptionBatch Captions(IReadOnlyList<CaptionExample> examples)
    {
        var texts = targets.Build([.. examples.Select(example => TokenizedCaptions.Encode(captioner.Tokenizer, example.Caption))]);
        return CaptionBatch.Create([.. texts.Select(text => (ReadOnlyMemory<int>)text)], targets, captioner.Projector.PrefixLength);
    }
}
