using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>libtorch's convolution, through which gradients flow, for training and for GPUs.</summary>
/// <remarks>
/// On CPUs channels are filled up with zeros to whole blocks, so that oneDNN's layouts have no tail, which some versions leave unset on some
/// processors. Where the operator fails its proof all the same, libtorch's product over unfolded maps takes its place. Nothing is asked for that
/// libtorch would ask NNPACK for, which says on standard error where it can't run. Safe from any number of threads.
/// </remarks>
internal static class TensorConvolution
{
    private const int ChannelBlock = 16;

    // The elements of a single map up to which libtorch doesn't ask oneDNN.
    private const long SmallMap = 20480;

    /// <summary>Says which operator computes right with a kernel.</summary>
    /// <param name="kernel">Float32 [C', C, K, K], in its place; it stays the caller's.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <exception cref="NativeBackendException">None does.</exception>
    public static Func<Tensor, Tensor, ConvolutionShape, Tensor> Prove(Tensor kernel, ConvolutionShape shape, ComputeOptions compute)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var original = new OriginalWeight(kernel.to_type(ScalarType.Float32).cpu().permute(0, 2, 3, 1).reshape(shape.Outputs, -1), Bias: null, InputRows: false);
        List<string> faults = [];
        foreach (var (name, convolve) in Operators(shape, compute))
        {
            var way = new ProductWay(name, kernel.dtype.Format(), kernel.dtype.Format(), (x, rows) => AtOnePlace(convolve, kernel, shape, x, rows));
            if (KernelLedger.Timed(() => ProductProof.Check(way, original)) is not { } fault)
            {
                KernelLedger.Add(new KernelChoice("Convolutions that are trained or on a GPU", compute.Precision.ToString(), name, faults.Count == 0 ? "proven" : string.Join("; ", faults), faults.Count > 0));
                return convolve;
            }

            faults.Add($"{name}: {fault}");
        }

        throw new NativeBackendException($"No way to compute convolutions gives right results on this machine: {string.Join("; ", faults)}. Run 'clipgpt2 doctor', and see docs/troubleshooting.md.");
    }

    private static IEnumerable<(string Name, Func<Tensor, Tensor, ConvolutionShape, Tensor> Convolve)> Operators(ConvolutionShape shape, ComputeOptions compute)
    {
        yield return compute.IsCuda ? ("libtorch's convolution", Convolve)
            : shape is { Kernel: 1, Stride: 1 } ? ("libtorch's product", Multiply)
            : ("libtorch's convolution", ConvolveFilled);
        yield return ("libtorch's product over unfolded maps", Unfold);
    }

    private static Tensor Convolve(Tensor x, Tensor kernel, ConvolutionShape shape) =>
        nn.functional.conv2d(x, kernel, null, [shape.Stride, shape.Stride], [shape.Padding, shape.Padding]);

    /// <summary>A kernel of one place, which is a product for each place.</summary>
    private static Tensor Multiply(Tensor x, Tensor kernel, ConvolutionShape shape)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(x.permute(0, 2, 3, 1), kernel.flatten(1)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Maps [B, C, H, W] whose channels are last in memory, and so many that libtorch asks oneDNN and nobody else.</summary>
    private static Tensor ConvolveFilled(Tensor x, Tensor kernel, ConvolutionShape shape)
    {
        var (inputs, outputs) = (Missing(shape.Inputs), Missing(shape.Outputs));
        using var scope = NewDisposeScope();
        if (inputs > 0 || outputs > 0)
        {
            x = nn.functional.pad(x.permute(0, 2, 3, 1), [0, inputs]).permute(0, 3, 1, 2);
            kernel = nn.functional.pad(kernel, [0, 0, 0, 0, 0, inputs, 0, outputs]);
        }

        var isSmall = x.shape[0] == 1 && x.numel() <= SmallMap;
        var y = Convolve(isSmall ? cat([x, x], 0) : x, kernel, shape);
        return y.narrow(0, 0, x.shape[0]).narrow(1, 0, shape.Outputs).MoveToOuterDisposeScope();
    }

    private static Tensor Unfold(Tensor x, Tensor kernel, ConvolutionShape shape)
    {
        using var scope = NewDisposeScope();
        var columns = nn.functional.unfold(x, (shape.Kernel, shape.Kernel), padding: (shape.Padding, shape.Padding), stride: (shape.Stride, shape.Stride)); // [B, C K K, places]
        var rows = nn.functional.linear(columns.transpose(1, 2), kernel.flatten(1));                                                                       // [B, places, C']
        return rows.transpose(1, 2).reshape(x.shape[0], shape.Outputs, shape.Side(x.shape[2]), shape.Side(x.shape[3])).MoveToOuterDisposeScope();
    }

    private static int Missing(int channels) => (ChannelBlock - (channels % ChannelBlock)) % ChannelBlock;

    /// <summary>Convolves a picture that is empty but for what the kernel sees at one place: there the result is the product with that.</summary>
    private static float[] AtOnePlace(Func<Tensor, Tensor, ConvolutionShape, Tensor> convolve, Tensor kernel, ConvolutionShape shape, float[] x, int rows)
    {
        using var scope = NewDisposeScope();
        var (side, place) = (4L * shape.Kernel * shape.Stride, shape.Kernel);
        var first = (place * shape.Stride) - shape.Padding;
        var maps = zeros(rows, side, side, shape.Inputs);
        maps.narrow(1, first, shape.Kernel).narrow(2, first, shape.Kernel).copy_(tensor(x).view(rows, shape.Kernel, shape.Kernel, shape.Inputs));
        var y = convolve(maps.to(kernel.dtype, kernel.device).permute(0, 3, 1, 2), kernel, shape);
        return [.. y.select(3, place).select(2, place).to_type(ScalarType.Float32).cpu().contiguous().data<float>()];
    }
}
