using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>Means over squares of maps whose channels are last.</summary>
internal static class MeanPooling
{
    /// <summary>[B, H, W, C] to [B, H / side, W / side, C].</summary>
    public static Tensor Pool(Tensor maps, int side)
    {
        using var scope = NewDisposeScope();
        return nn.functional.avg_pool2d(maps.permute(0, 3, 1, 2), side).permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }
}
