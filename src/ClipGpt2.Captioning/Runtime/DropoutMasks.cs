using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>The random zeros of one training pass (Srivastava et al., 2014).</summary>
/// <remarks>
/// They depend on the seed, the pass and the order of the calls alone, on no generator's state: a run that was resumed draws what the undisturbed one
/// does, on every device. One pass runs on one thread.
/// </remarks>
/// <param name="seed">The run's seed.</param>
/// <param name="pass">The number of the pass; each draws others.</param>
public sealed class DropoutMasks(long seed, long pass)
{
    private ulong _site;

    /// <summary>Whether parts drop out that aren't trained.</summary>
    public bool InFrozenParts { get; init; }

    /// <summary>Sets a random part of the values to 0 and scales the others up.</summary>
    /// <param name="x">Floating point, any shape.</param>
    /// <param name="rate">The share that becomes 0, from 0 to below 1.</param>
    /// <returns>A tensor of the same shape and type, the caller's own; gradients flow through what was kept.</returns>
    public Tensor Apply(Tensor x, double rate)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentOutOfRangeException.ThrowIfNegative(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rate, 1);
        var key = DropoutKernel.Key((ulong)seed, (ulong)pass, _site++);
        if (rate == 0)
        {
            return x.alias();
        }

        using var scope = NewDisposeScope();
        var mask = empty(x.shape);
        DropoutKernel.Fill(MemoryMarshal.Cast<byte, float>(mask.bytes), key, rate);
        return (x * mask.to(x.dtype, x.device)).MoveToOuterDisposeScope();
    }
}
