using System.Globalization;
using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Tests;

/// <summary>How the tests compute. The variables are read by the tests alone; <c>.ci/matrix</c> sets them.</summary>
internal static class LoadTorch
{
    /// <summary>The way that products must be computed by.</summary>
    public static KernelPath Kernels { get; } = Enum.Parse<KernelPath>(Environment.GetEnvironmentVariable("CLIPGPT2_TEST_KERNELS") ?? nameof(KernelPath.Auto));

    /// <summary>
    /// One unless said otherwise, since tests run beside each other: OpenMP teams that wait for cores in turn would take a hundred times as long.
    /// </summary>
    private static int Threads => int.Parse(Environment.GetEnvironmentVariable("CLIPGPT2_TEST_THREADS") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>Tests use TorchSharp before they reach an entry point of the library.</summary>
    [ModuleInitializer]
    internal static void Load()
    {
        TorchRuntime.Load(new TorchRuntimeOptions { Kernels = Kernels });
        TorchRuntime.Configure(threads: Threads);
    }
}
