using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>Judges a libtorch of the host's own before it comes into the process, where a wrong one could crash it.</summary>
internal static partial class OwnLibtorch
{
    /// <summary>Where the archives of PyTorch's site, and Python's packages, say which version they hold; from their lib folder.</summary>
    private static readonly string[] VersionFiles = ["../build-version", "../version.py"];

    private static readonly string[] Libraries = ["libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"];

    /// <summary>Checks that a folder holds a libtorch of the version that TorchSharp was built against, or else one that works in a process of its own.</summary>
    /// <exception cref="NativeBackendException">It holds none, or one that doesn't work with TorchSharp.</exception>
    public static void Check(string folder)
    {
        if (!File.Exists(Path.Combine(folder, LibtorchBuild.FileName)))
        {
            throw new NativeBackendException($"'{folder}' (TorchRuntimeOptions.LibtorchFolder) has no {LibtorchBuild.FileName}: it must be the lib folder of a libtorch.");
        }

        var version = Version(folder);
        if (version == LibtorchBuild.BuiltForVersion)
        {
            return;
        }

        var trial = LibtorchTrial.Run(folder);
        if (trial.Fault is { } fault)
        {
            throw new NativeBackendException(
                $"'{folder}' (TorchRuntimeOptions.LibtorchFolder) holds libtorch {version ?? trial.Version ?? "of an unknown version"}, where TorchSharp was built against {LibtorchBuild.BuiltForVersion}. "
                + $"It was tried in a process of its own, and failed: {fault}.{Missing(folder)} Take a libtorch {LibtorchBuild.BuiltForVersion}: see docs/cuda.md.");
        }
    }

    /// <summary>Checks, after loading, that TorchSharp didn't bring another libtorch along.</summary>
    public static void CheckAlone(string folder)
    {
        using var process = Process.GetCurrentProcess();
        var files = process.Modules.Cast<ProcessModule>().Where(module => module.ModuleName == LibtorchBuild.FileName).Select(module => module.FileName).Distinct().ToList();
        if (files.Count > 1)
        {
            throw new NativeBackendException($"TorchSharp took another libtorch than that of '{folder}' (TorchRuntimeOptions.LibtorchFolder): {string.Join(", ", files)} are loaded. Leave the backend package out of the application.");
        }
    }

    /// <summary>The version that a folder's neighbour files tell, or null.</summary>
    private static string? Version(string folder) => VersionFiles
        .Select(file => Path.Combine(folder, file))
        .Where(File.Exists)
        .Select(file => VersionNumber().Match(File.ReadAllText(file)))
        .FirstOrDefault(match => match.Success)?.Value;

    private static string Missing(string folder)
    {
        if (!OperatingSystem.IsLinux() || NativeFolders.Find(LinuxLoader.TorchSharpLibrary, folder) is not { } torchSharp)
        {
            return "";
        }

        try
        {
            var missing = ElfSymbols.Missing(torchSharp, [.. Libraries.Select(name => Path.Combine(folder, name)).Where(File.Exists)]);
            const int Shown = 5;
            return missing.Count == 0
                ? " It lacks none of the names that TorchSharp asks for."
                : $" It lacks {missing.Count} names that TorchSharp asks for: {string.Join(", ", missing.Take(Shown))}{(missing.Count > Shown ? ", ..." : "")}.";
        }
        catch (InvalidDataException e)
        {
            return " " + e.Message;
        }
    }

    [GeneratedRegex(@"[0-9]+\.[0-9]+\.[0-9]+")]
    private static partial Regex VersionNumber();
}
