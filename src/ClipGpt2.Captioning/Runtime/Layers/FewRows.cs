using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>
/// Up to how many rows of float32 all that a model computes is managed code: products, attention, norms. The threads of two libraries that take
/// turns wait for each other, which costs more than either's slower parts; where OpenMP's wait awake for long, all is left to them.
/// </summary>
internal static class FewRows
{
    /// <summary>Whether rows go through managed code.</summary>
    /// <param name="x">What goes through; where gradients are wanted, and on other devices, libtorch's operators are needed.</param>
    /// <param name="rows">The rows.</param>
    public static bool Are(Tensor x, long rows) =>
        x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && !x.requires_grad && rows <= Most
        && TorchRuntime.Kernels is KernelPath.Auto or KernelPath.Packed && TorchRuntime.Waiting is { LeavesCores: true };

    /// <summary>The rows up to which managed products are the way to go on this machine, or 0.</summary>
    private static int Most => PackedLayout.Of(ScalarType.Float32) is { } layout ? PanelProduct.MaxRows(PanelType.Float32, layout.Width) : 0;
}
