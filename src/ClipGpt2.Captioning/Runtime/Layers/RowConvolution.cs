using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A convolution for inference on CPUs, as the product of a linear layer over what its kernel sees at each place.</summary>
/// <remarks>
/// That product is packed once, where libtorch's convolution lays out its weights in each call; its channels need no blocks of their own; and it
/// proves itself as every linear layer does. Safe from any number of threads.
/// </remarks>
internal sealed unsafe class RowConvolution : IDisposable
{
    // Rows are made and multiplied in pieces that stay in the cache.
    private const long PieceBytes = 8 << 20;

    private readonly ConvolutionShape _shape;
    private readonly Linear _product;

    /// <param name="kernel">Float32 [C', C, K, K]; it stays the caller's.</param>
    /// <param name="bias">[C']; this owns it.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="compute">Where and how to compute.</param>
    public RowConvolution(Tensor kernel, Tensor bias, ConvolutionShape shape, ComputeOptions compute)
    {
        _shape = shape;
        using var channelsLast = kernel.permute(0, 2, 3, 1);
        _product = new Linear(channelsLast.reshape(shape.Outputs, -1), bias, compute);
    }

    /// <summary>Convolves maps [B, H, W, C] of the layer's type to [B, H', W', C'].</summary>
    /// <param name="x">The maps.</param>
    /// <param name="multiply">The product, perhaps with something fused, of rows of which the first has the given number.</param>
    public Tensor Forward(Tensor x, Func<Linear, Tensor, long, Tensor> multiply)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (x.shape[0], _shape.Side(x.shape[1]), _shape.Side(x.shape[2]));
        var places = batch * height * width;
        var pieces = _shape is { Kernel: 1, Stride: 1 } ? [multiply(_product, x.reshape(places, _shape.Inputs), 0)] : Pieces(x, places, multiply).ToList();
        var rows = pieces.Count == 1 ? pieces[0] : cat(pieces, 0);
        return rows.view(batch, height, width, _shape.Outputs).MoveToOuterDisposeScope();
    }

    public void Dispose() => _product.Dispose();

    private IEnumerable<Tensor> Pieces(Tensor x, long places, Func<Linear, Tensor, long, Tensor> multiply)
    {
        var piece = Math.Max(1, PieceBytes / (_product.InFeatures * x.element_size()));
        for (var first = 0L; first < places; first += piece)
        {
            using var rows = Unfold(x, first, Math.Min(piece, places - first));
            yield return multiply(_product, rows, first);
        }
    }

    private Tensor Unfold(Tensor x, long first, long count)
    {
        using var maps = x.stride(1) == x.stride(2) * x.shape[2] && x.stride(0) == x.stride(1) * x.shape[1] && x.stride(3) == 1 ? x.alias() : x.contiguous();
        var rows = empty([count, _product.InFeatures], x.dtype);
        var element = (int)x.element_size();
        KernelTasks.Run<UnfoldTask>([new()
        {
            Maps = (byte*)RowTensor.First(maps), Rows = (byte*)RowTensor.First(rows), PixelPitch = maps.stride(2) * element, PixelBytes = _shape.Inputs * element,
            Height = (int)x.shape[1], Width = (int)x.shape[2], Kernel = _shape.Kernel, Stride = _shape.Stride,
            OutputHeight = _shape.Side(x.shape[1]), OutputWidth = _shape.Side(x.shape[2]), FirstPlace = first, Places = count,
        }]);

        return rows;
    }
}
