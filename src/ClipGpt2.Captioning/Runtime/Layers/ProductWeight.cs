using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A weight, and its copy in the type that products are computed in.</summary>
/// <remarks>While the weight is trained the copy is made anew for each product, through which its gradient flows; that of a frozen one is kept.</remarks>
internal sealed class ProductWeight(Tensor master, ScalarType type) : IDisposable
{
    private Tensor? _copy;

    /// <summary>The weight itself, outside of any scope.</summary>
    public Tensor Master { get; } = master;

    /// <summary>The weight for a product; a fresh copy belongs to the caller's scope.</summary>
    public Tensor ForProduct()
    {
        if (Master.dtype == type)
        {
            return Master;
        }

        if (Master.requires_grad)
        {
            Interlocked.Exchange(ref _copy, null)?.Dispose();
            return Master.to(type);
        }

        return Volatile.Read(ref _copy) ?? Keep(Master.to(type).DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Master.Dispose();
        _copy?.Dispose();
    }

    /// <summary>Another thread may have been first.</summary>
    private Tensor Keep(Tensor copy)
    {
        if (Interlocked.CompareExchange(ref _copy, copy, null) is not { } first)
        {
            return copy;
        }

        copy.Dispose();
        return first;
    }
}
