using System.CommandLine;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary>Where models compute, and by which libtorch: options of every command that loads one.</summary>
internal static class ComputeChoice
{
    public static Option<string?> Device { get; } = new("--device") { HelpName = "cpu|cuda:N", Description = "The device." };

    public static Option<string?> Libtorch { get; } = new("--libtorch")
    {
        HelpName = "FOLDER",
        Description = "The lib folder of a libtorch of your own, such as a CUDA build; one of another version than this program was built for is first tried in a process of its own.",
    };

    /// <summary>How to load libtorch.</summary>
    public static TorchRuntimeOptions Runtime(ParseResult parsed) => new() { LibtorchFolder = parsed.GetValue(Libtorch) };
}
