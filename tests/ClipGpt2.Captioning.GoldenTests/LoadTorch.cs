using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.GoldenTests;

internal static class LoadTorch
{
    /// <summary>
    /// Tests use TorchSharp before they reach an entry point of the library. Each test computes on one thread, since tests run beside each other:
    /// OpenMP teams that wait for cores in turn would take a hundred times as long.
    /// </summary>
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.Configure(threads: 1);
}
