using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>The systems that there is a libtorch for, and what can be done where it wasn't found.</summary>
internal static class LibtorchSystems
{
    private const string AddPackage =
        "Add a backend package to the application, of the same version as TorchSharp: 'dotnet add package TorchSharp-cpu' (or a TorchSharp-cuda package), or name a folder with libtorch in TorchRuntimeOptions.LibtorchFolder.";

    private const string Known = "TorchSharp's packages have it for 64-bit x86 Linux with glibc (linux-x64), 64-bit x86 Windows (win-x64) and macOS on Apple silicon (osx-arm64) only.";

    /// <summary>What a user of this system can do.</summary>
    public static string Remedy => RemedyFor(RuntimeInformation.RuntimeIdentifier, OperatingSystem.IsLinux());

    /// <summary>What a user of a system can do where no libtorch could be loaded.</summary>
    /// <param name="runtimeIdentifier">.NET's name of the system: <c>linux-musl-x64</c>, or with a distribution's name in front where that built .NET itself (<c>alpine.3.22-x64</c>).</param>
    /// <param name="isLinux">Whether it is a Linux, whose distributions are too many to know by name.</param>
    public static string RemedyFor(string runtimeIdentifier, bool isLinux)
    {
        var dash = runtimeIdentifier.LastIndexOf('-');
        if (dash < 0)
        {
            // A host that doesn't say what it runs on.
            return $"{AddPackage} {Known}";
        }

        var (system, processor) = (runtimeIdentifier[..dash], runtimeIdentifier[(dash + 1)..]);
        var isMusl = system.Contains("musl", StringComparison.Ordinal) || system.StartsWith("alpine", StringComparison.Ordinal);
        var isThere = processor switch
        {
            "x64" => (isLinux && !isMusl) || system.StartsWith("win", StringComparison.Ordinal),
            "arm64" => system.StartsWith("osx", StringComparison.Ordinal),
            _ => false,
        };
        return isThere ? AddPackage : $"There is no libtorch for this system ({runtimeIdentifier}): {Known}{Elsewhere(isLinux, isMusl, processor)}";
    }

    /// <summary>Where a Linux that has none can turn to, containers above all.</summary>
    private static string Elsewhere(bool isLinux, bool isMusl, string processor) => (isLinux, isMusl, processor) switch
    {
        (true, true, "x64") => " Take a system or an image with glibc, such as Debian's, in place of Alpine's musl.",
        (true, _, _) => " A container for linux/amd64 can run it by emulation, slowly.",
        _ => "",
    };
}
