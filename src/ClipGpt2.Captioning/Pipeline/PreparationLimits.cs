namespace ClipGpt2.Captioning.Pipeline;

/// <summary>How far and how fast pictures are prepared ahead.</summary>
/// <param name="Threads">How many are decoded at once.</param>
/// <param name="Pictures">How many may be ahead.</param>
/// <param name="Bytes">How much memory their pixels may take.</param>
internal sealed record PreparationLimits(int Threads, int Pictures, long Bytes)
{
    /// <summary>A picture of 33 megapixels with its file.</summary>
    private const long BytesOfThread = 144L << 20;

    /// <summary>How much memory the pictures that are being decoded may take, all together; where a few are very large, some threads rest.</summary>
    public long WorkingBytes => Threads * BytesOfThread;

    /// <summary>Two batches of a captioner, so that one is prepared while the models work on the other.</summary>
    public PreparationLimits(CaptionerOptions options)
        : this(options.PreprocessingThreads, 2 * options.BatchSize, long.MaxValue)
    {
    }
}
