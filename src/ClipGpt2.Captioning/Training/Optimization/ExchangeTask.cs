using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Exchanges what two places in plain memory hold.</summary>
internal unsafe struct ExchangeTask : IKernelTask
{
    private const int PieceElements = 1024;

    public float* One;
    public float* Other;
    public long Elements;

    public readonly long Units => Elements;

    public readonly void Run(long begin, long end)
    {
        Span<float> piece = stackalloc float[PieceElements];
        for (var i = begin; i < end; i += PieceElements)
        {
            var length = (int)Math.Min(PieceElements, end - i);
            var one = new Span<float>(One + i, length);
            var other = new Span<float>(Other + i, length);
            one.CopyTo(piece);
            other.CopyTo(one);
            piece[..length].CopyTo(other);
        }
    }
}
