using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>The trial itself, in its own process: loading, a product and a convolution on the CPU, and on a GPU if there is one.</summary>
internal static class LibtorchTrialRun
{
    /// <summary>The last line of standard output where all is well; the version may stand before it.</summary>
    public const string Passed = "passed";

    private const int Side = 12;

    // Whole blocks, whose layouts have no tail: what oneDNN does to tails on some processors is no matter of the version.
    private const int Channels = 16;
    private const int Kernel = 3;

    /// <summary>Runs it.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(string folder)
    {
        try
        {
            TorchRuntime.LoadTried(folder);
            if (LibtorchBuild.Version is { } version)
            {
                Console.Out.WriteLine(version);
            }

            Compute(CPU);
            if (cuda_is_available())
            {
                Compute(CUDA);
            }

            Console.Out.WriteLine(Passed);
            return 0;
        }
        catch (Exception e)
        {
            // Whatever it is, it is what the parent wants to know.
            Console.Error.WriteLine(e.GetBaseException().Message.ReplaceLineEndings(" "));
            return 1;
        }
    }

    private static void Compute(Device device)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Values(Side * Side, 1), Values(Side * Side, 2));
        var product = On(x, Side, Side).matmul(On(y, Side, Side));
        Compare("a product", product, place => Sum(Side, i => x[(place / Side * Side) + i] * y[(i * Side) + (place % Side)]));

        var (maps, kernels) = (Values(Channels * Side * Side, 3), Values(Channels * Channels * Kernel * Kernel, 4));
        var convolved = nn.functional.conv2d(On(maps, 1, Channels, Side, Side), On(kernels, Channels, Channels, Kernel, Kernel), null, [1, 1], [Kernel / 2, Kernel / 2]);
        Compare("a convolution", convolved, place => Convolve(maps, kernels, place));

        Tensor On(float[] values, params long[] shape) => tensor(values).view(shape).to(device);
    }

    private static double Convolve(float[] maps, float[] kernels, int place)
    {
        var (output, row, column) = (place / (Side * Side), place / Side % Side, place % Side);
        const int Taps = Kernel * Kernel;
        return Sum(Channels * Taps, i => kernels[(output * Channels * Taps) + i] * At(maps, i / Taps, row + (i % Taps / Kernel) - (Kernel / 2), column + (i % Kernel) - (Kernel / 2)));
    }

    private static float At(float[] maps, int channel, int row, int column) =>
        row is >= 0 and < Side && column is >= 0 and < Side ? maps[(((channel * Side) + row) * Side) + column] : 0;

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);

    /// <summary>Sixteenths from -1/2 to 7/16 (Numerical Recipes' generator): every format, and every order of summing, has their sums exactly.</summary>
    private static float[] Values(int count, uint seed)
    {
        var state = seed;
        return [.. Enumerable.Range(0, count).Select(_ => ((int)((state = (state * 1664525) + 1013904223) >> 28) - 8) / 16f)];
    }

    private static void Compare(string what, Tensor actual, Func<int, double> expected)
    {
        var values = actual.cpu().contiguous().data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != expected(i))
            {
                throw new NativeBackendException($"{what} on {actual.device} has {values[i]} at {i}, where {expected(i)} is right");
            }
        }
    }
}
