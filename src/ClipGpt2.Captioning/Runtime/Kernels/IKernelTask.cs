namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Work over plain memory that can be cut into pieces, which give the same result however it is cut.</summary>
internal interface IKernelTask
{
    /// <summary>How many units there are: elements, or blocks of them.</summary>
    long Units { get; }

    /// <summary>Does a range of units.</summary>
    void Run(long begin, long end);
}
