using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Native;
using TorchSharp;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>The libtorch that was loaded.</summary>
/// <param name="Version">Its version; null where it can't be asked (anywhere but on 64-bit Linux for x86).</param>
/// <param name="BuiltFor">The version that TorchSharp was built against.</param>
/// <param name="File">The file of its CPU operators.</param>
/// <param name="Loaded">From where, and how.</param>
/// <param name="CpuCapability">The instruction set that its own operators were chosen for; null where it can't be asked.</param>
/// <param name="Onednn">The version of the oneDNN inside; null where it can't be asked.</param>
/// <param name="Threads">The threads inside one operator.</param>
/// <param name="InteropThreads">The threads between operators.</param>
/// <param name="CudaDevices">The GPUs that it can use.</param>
internal sealed record LibtorchFacts(
    string? Version, string BuiltFor, string? File, string Loaded, string? CpuCapability, string? Onednn, int Threads, int InteropThreads, IReadOnlyList<string> CudaDevices)
{
    /// <summary>Loads libtorch and asks it.</summary>
    /// <exception cref="CaptioningException">It can't be loaded.</exception>
    public static LibtorchFacts Load(TorchRuntimeOptions options)
    {
        TorchRuntime.Load(options);
        return new(
            LibtorchBuild.Version,
            LibtorchBuild.BuiltForVersion,
            LibtorchBuild.File,
            TorchRuntime.Libtorch!.ToString(),
            LibtorchBuild.CpuCapability,
            LibtorchBuild.OneDnnVersion,
            torch.get_num_threads(),
            torch.get_num_interop_threads(),
            torch.cuda_is_available() ? [.. Enumerable.Range(0, torch.cuda.device_count()).Select(device => $"cuda:{device}")] : []);
    }
}
