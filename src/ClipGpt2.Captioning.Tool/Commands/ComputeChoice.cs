using System.CommandLine;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary>Where models compute, and by which libtorch: options of every command that loads one.</summary>
internal static class ComputeChoice
{
    public static Option<string?> Device { get; } = new("--device") { HelpName = "cpu|cuda:N", Description = "The device; for train and infer in place of what the configuration's enable_GPU says." };

    public static Option<string?> Libtorch { get; } = new("--libtorch")
    {
        HelpName = "FOLDER",
        Description = "The lib folder of a libtorch of your own, such as a CUDA build; one of another version than this program was built for is first tried in a process of its own.",
    };

    /// <summary>How to load libtorch.</summary>
    public static TorchRuntimeOptions Runtime(ParseResult parsed) => new() { LibtorchFolder = parsed.GetValue(Libtorch) };

    /// <summary>Where to compute, in float32.</summary>
    public static ComputeOptions Compute(ParseResult parsed) => parsed.GetValue(Device) is { } device ? new() { Device = device } : new();

    /// <summary>Loads the libtorch that was named, before anything else would load the program's own, and checks that the device is there.</summary>
    /// <exception cref="CaptioningException">The libtorch can't be used, or there is no such device.</exception>
    public static void Load(ParseResult parsed)
    {
        if (parsed.GetValue(Libtorch) is not null)
        {
            TorchRuntime.Load(Runtime(parsed));
        }

        if (parsed.GetValue(Device) is not null)
        {
            Check(Compute(parsed), parsed.GetValue(Libtorch));
        }
    }

    /// <summary>Checks that the device is there; where no GPU is, in the words of this program's options.</summary>
    /// <param name="compute">The device.</param>
    /// <param name="libtorch">The folder of a libtorch that was named, or null.</param>
    /// <exception cref="CaptioningException">The libtorch can't be used, or there is no such device.</exception>
    public static void Check(ComputeOptions compute, string? libtorch)
    {
        try
        {
            compute.Validate();
        }
        catch (NativeBackendException e) when (compute.IsCuda && TorchRuntime.Libtorch is not null && !torch.cuda_is_available())
        {
            var remedy = libtorch is null
                ? "clipgpt2 comes with a libtorch for CPUs, so name the lib folder of a CUDA build with --libtorch FOLDER"
                : $"'{libtorch}' (--libtorch) must be of a CUDA build that fits the driver";
            throw new NativeBackendException($"--device is '{compute.Device}', but no GPU can be used: {remedy}, and check the driver; or compute on the CPU with --device cpu (see docs/cuda.md).", e);
        }
    }
}
