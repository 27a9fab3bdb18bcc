namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Layer normalisation of rows in plain memory.</summary>
internal unsafe struct LayerNormTask : IKernelTask
{
    /// <summary>[rows, size].</summary>
    public float* X;

    /// <summary>[rows, size].</summary>
    public float* Y;

    /// <summary>[size].</summary>
    public float* Weight;

    /// <summary>[size].</summary>
    public float* Bias;

    public float Epsilon;
    public int Size;

    /// <summary>The rows.</summary>
    public long Units { get; init; }

    public readonly void Run(long begin, long end)
    {
        for (var row = begin; row < end; row++)
        {
            RowKernels.LayerNorm(X + (row * Size), Weight, Bias, Epsilon, Size, Y + (row * Size));
        }
    }
}
