using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>Loads libtorch and TorchSharp's library on Linux, with the remedy for C++ libraries older than GCC 13's.</summary>
internal static partial class LinuxLoader
{
    public const string TorchSharpLibrary = "libLibTorchSharp.so";

    private const string CpuLibrary = "libtorch_cpu.so";

    /// <summary>The one thing that TorchSharp's library takes from GCC 13's C++ library: a function that does nothing in a shared library.</summary>
    private const string MissingSymbol = "_ZSt21ios_base_library_initv";

    private const string MissingVersion = "GLIBCXX_3.4.32";

    // Present in every C library and harmless to call without arguments.
    private const string HarmlessSymbol = "getpid";

    // libtorch's own parts in the order in which they need each other; a CPU build has no CUDA parts.
    private static readonly string[] Required = ["libc10.so", CpuLibrary];
    private static readonly string[] Cuda = ["libc10_cuda.so", "libtorch_cuda.so"];

    public static LoadedLibtorch Load(string? ownFolder)
    {
        var isCopied = !SystemHasTheSymbol();
        if (isCopied || ownFolder is not null)
        {
            LoadLibtorch(ownFolder);
        }

        if (isCopied)
        {
            LoadRemedied(NativeFolders.Find(TorchSharpLibrary, ownFolder)
                ?? throw new NativeBackendException($"{TorchSharpLibrary}, a part of the package TorchSharp, is not among the application's files."));
        }

        return new LoadedLibtorch(ownFolder, isCopied);
    }

    private static bool SystemHasTheSymbol() =>
        !NativeLibrary.TryLoad("libstdc++.so.6", out var library) || NativeLibrary.TryGetExport(library, MissingSymbol, out _);

    private static void LoadLibtorch(string? ownFolder)
    {
        var folder = ownFolder is null ? PackageFolder() : Path.GetFullPath(ownFolder);

        // libgomp carries a hash in its name.
        foreach (var openMp in Directory.EnumerateFiles(folder, "libgomp*.so*").Order(StringComparer.Ordinal))
        {
            NativeLibrary.Load(openMp);
        }

        foreach (var name in Required.Concat(Cuda.Where(n => File.Exists(Path.Combine(folder, n)))).Append("libtorch.so"))
        {
            NativeLibrary.Load(Path.Combine(folder, name));
        }
    }

    private static string PackageFolder() => Path.GetDirectoryName(NativeFolders.Find(CpuLibrary))
        ?? throw new NativeBackendException($"No libtorch was found. {LibtorchSystems.Remedy}");

    /// <summary>Loads a copy in memory whose SONAME then answers TorchSharp's own look-up.</summary>
    private static void LoadRemedied(string path)
    {
        var image = File.ReadAllBytes(path);
        ElfImage.Weaken(image, MissingVersion, MissingSymbol, HarmlessSymbol, path);

        var descriptor = CreateMemoryFile(TorchSharpLibrary, 0);
        if (descriptor < 0)
        {
            throw new NativeBackendException($"{path} needs a newer C++ library ({MissingVersion}: GCC 13) than this system's, and memory files, by which it could be loaded all the same, are forbidden here (memfd_create: error {Marshal.GetLastPInvokeError()}).");
        }

        // The mapping outlives the descriptor.
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(handle, image, 0);
        NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
