using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Objectives;

namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>The batches of a stream, in its order, with their pictures decoded anew in every epoch.</summary>
/// <remarks>A resumed run reads, without decoding, past what it has behind it.</remarks>
internal sealed class StreamBatches(ICaptionStream stream, Captioner captioner, CaptionTargets targets, CaptionTrainerOptions options, RunWatch watch) : IBatchSource
{
    public int? Examples => null;

    public long? BatchesPerEpoch => null;

    public string Hash => "a stream";

    public IEnumerable<TrainingBatch> Read(int epoch, long skip, CancellationToken token)
    {
        foreach (var examples in stream.Read(epoch, token).Chunk(options.BatchSize).Skip(checked((int)skip)))
        {
            using var pictures = new EncodedPictures(examples, captioner, options.Loading);
            var captions = targets.Build([.. examples.Select(e => TokenizedCaptions.Encode(captioner.Tokenizer, e.Caption))]);
            foreach (var batch in pictures.Load([[.. Enumerable.Range(0, examples.Length)]], token))
            {
                yield return new TrainingBatch(batch, CaptionBatch.Create([.. captions.Select(c => (ReadOnlyMemory<int>)c)], targets, captioner.Projector.PrefixLength));
            }
        }

        _ = watch;
    }

    public void Dispose()
    {
    }
}
