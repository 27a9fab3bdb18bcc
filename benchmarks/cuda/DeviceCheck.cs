using System.Diagnostics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Native;
using TorchSharp;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>The whole run: libtorch, the golden cases, the rates.</summary>
internal static class DeviceCheck
{
    /// <summary>Runs it.</summary>
    /// <param name="libtorch">The lib folder of a libtorch.</param>
    /// <param name="device">The device.</param>
    /// <param name="golden">The golden files.</param>
    /// <param name="only"><c>load</c>, <c>golden</c> or <c>speed</c>; null for everything.</param>
    /// <returns>Whether all golden cases passed.</returns>
    /// <exception cref="CaptioningException">The libtorch can't be used, or there is no such device.</exception>
    public static bool Run(string libtorch, string device, string golden, string? only)
    {
        var start = Stopwatch.GetTimestamp();
        TorchRuntime.Load(new TorchRuntimeOptions { LibtorchFolder = libtorch });
        new ComputeOptions { Device = device }.Validate();

        // The reference programs computed in float32, which TF32's ten bits of a factor are not.
        if (device != "cpu")
        {
            torch.backends.cuda.matmul.allow_tf32 = false;
            torch.backends.cudnn.allow_tf32 = false;
        }

        Console.Out.WriteLine($"libtorch {LibtorchBuild.Version ?? "of an unknown version"} from {TorchRuntime.Libtorch}, on {device}");
        var passed = only is "load" or "speed" || GoldenRun.Run(golden, device);
        if (only is null or "speed")
        {
            GoldenRun.UseFiles(golden, device);
            SpeedRun.Run(device);
        }

        Console.Out.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s in all");
        return passed;
    }
}
