using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>Loads a host's own libtorch on Windows and macOS, so that TorchSharp's later look-up by name finds it.</summary>
internal static class OwnFolderLoader
{
    private static readonly string[] Names = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    public static LoadedLibtorch Load(string? ownFolder)
    {
        if (ownFolder is not null)
        {
            LoadLibtorch(ownFolder);
        }

        return new LoadedLibtorch(ownFolder, IsCopied: false);
    }

    private static void LoadLibtorch(string folder)
    {
        foreach (var name in Names)
        {
            var file = Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.dll" : $"lib{name}.dylib");
            if (File.Exists(file))
            {
                NativeLibrary.Load(file);
            }
            else if (!name.EndsWith("_cuda", StringComparison.Ordinal))
            {
                throw new NativeBackendException($"'{folder}' (TorchRuntimeOptions.LibtorchFolder) has no {Path.GetFileName(file)}: it must be the lib folder of a libtorch.");
            }
        }
    }
}
