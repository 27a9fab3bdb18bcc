namespace ClipGpt2.Captioning.Pipeline;

/// <summary>How far and how fast pictures are prepared ahead.</summary>
/// <param name="Threads">How many are decoded at once.</param>
/// <param name="Pictures">How many may be ahead.</param>
/// <param name="Bytes">How much memory their pixels may take.</param>
internal sealed record PreparationLimits(int Threads, int Pictures, long Bytes)
{
    /// <summary>Two batches of a captioner, so that one is prepared while the models work on the other.</summary>
    public PreparationLimits(CaptionerOptions options)
        : this(options.PreprocessingThreads, 2 * options.BatchSize, long.MaxValue)
    {
    }
}
