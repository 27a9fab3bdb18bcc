using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Tests;

internal static class LoadTorch
{
    /// <summary>Tests use TorchSharp before they reach an entry point of the library.</summary>
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.Load();
}
