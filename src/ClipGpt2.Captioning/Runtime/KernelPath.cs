namespace ClipGpt2.Captioning.Runtime;

/// <summary>By which way the products of inference on a CPU are computed.</summary>
/// <remarks>Each way proves itself for each weight before it is used. Products on GPUs and of weights that are trained are always libtorch's own.</remarks>
public enum KernelPath
{
    /// <summary>The first of the ways below that proves itself: a packed weight, libtorch's own operator, managed code.</summary>
    Auto,

    /// <summary>Weights packed once for oneDNN, few rows multiplied by managed code over the same memory.</summary>
    Packed,

    /// <summary>libtorch's own operators over plain weights.</summary>
    Plain,

    /// <summary>Managed code alone: slow, and right on every machine that runs .NET.</summary>
    Managed,
}
