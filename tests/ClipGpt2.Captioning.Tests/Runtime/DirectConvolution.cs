using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>A convolution as its definition has it, in double precision.</summary>
internal static class DirectConvolution
{
    /// <summary>[B, H, W, C] by [C', C, K, K] to [B, H', W', C'], padded so that a stride of 1 keeps the sides.</summary>
    public static double[] Convolve(Tensor maps, Tensor kernel, int stride)
    {
        var (batch, height, width, inputs) = ((int)maps.shape[0], (int)maps.shape[1], (int)maps.shape[2], (int)maps.shape[3]);
        var (outputs, side) = ((int)kernel.shape[0], (int)kernel.shape[2]);
        var (x, w) = (maps.contiguous().data<float>().ToArray(), kernel.contiguous().data<float>().ToArray());
        List<double> y = [];
        for (var b = 0; b < batch; b++)
        {
            for (var top = -(side / 2); top < height - (side / 2); top += stride)
            {
                for (var left = -(side / 2); left < width - (side / 2); left += stride)
                {
                    y.AddRange(Enumerable.Range(0, outputs).Select(o => At(b, top, left, o)));
                }
            }
        }

        return [.. y];

        double At(int b, int top, int left, int o)
        {
            var sum = 0.0;
            for (var ky = 0; ky < side; ky++)
            {
                for (var kx = 0; kx < side; kx++)
                {
                    var (py, px) = (top + ky, left + kx);
                    if (py < 0 || px < 0 || py >= height || px >= width)
                    {
                        continue;
                    }

                    for (var c = 0; c < inputs; c++)
                    {
                        sum += (double)x[(((((b * height) + py) * width) + px) * inputs) + c] * w[(((((o * inputs) + c) * side) + ky) * side) + kx];
                    }
                }
            }

            return sum;
        }
    }
}
