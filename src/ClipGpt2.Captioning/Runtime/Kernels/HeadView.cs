namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Float32 numbers [B, heads, positions, ...] in plain memory, the last dimension without gaps.</summary>
/// <param name="First">The first number.</param>
/// <param name="BatchStride">From one picture or text to the next.</param>
/// <param name="HeadStride">From one head to the next.</param>
/// <param name="PositionStride">From one position to the next.</param>
internal readonly unsafe record struct HeadView(nint First, long BatchStride, long HeadStride, long PositionStride)
{
    /// <summary>The first position of a head.</summary>
    public float* Head(long batch, long head) => (float*)First + (batch * BatchStride) + (head * HeadStride);
}
