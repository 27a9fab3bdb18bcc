namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Tells how embedding gets on: how many images of how many, at which rate of late, and the time left.</summary>
internal sealed class EmbeddingProgress(long total, long done, IProgress<TrainingProgress>? progress, TimeProvider? clock = null)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _start = (clock ?? TimeProvider.System).GetTimestamp();
    private readonly Queue<(TimeSpan Time, long Done)> _samples = new([(TimeSpan.Zero, done)]);
    private long _done = done;

    public void Add(int images)
    {
        _done += images;
        var elapsed = _clock.GetElapsedTime(_start);
        _samples.Enqueue((elapsed, _done));
        while (_samples.Count > 2 && elapsed - _samples.Peek().Time > Window)
        {
            _samples.Dequeue();
        }

        var (time, before) = _samples.Peek();
        var rate = elapsed > time ? (_done - before) / (elapsed - time).TotalSeconds : 0;
        progress?.Report(new TrainingProgress
        {
            Phase = TrainingPhase.Embedding,
            Epoch = 0,
            Step = 0,
            Done = _done,
            Total = total,
            ExamplesPerSecond = rate,
            Elapsed = elapsed,
            Remaining = rate > 0 ? TimeSpan.FromSeconds((total - _done) / rate) : null,
        });
    }
}
