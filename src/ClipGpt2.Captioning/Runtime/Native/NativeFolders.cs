using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>The folders in which an application's native libraries can lie.</summary>
internal static class NativeFolders
{
    /// <summary>The full path of a native library of one of the application's packages, or null.</summary>
    public static string? Find(string fileName, string? ownFolder = null) =>
        All(ownFolder).Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> All(string? ownFolder)
    {
        if (ownFolder is not null)
        {
            yield return ownFolder;
        }

        // What the host found in the application's deps.json, in the output folder or in the package cache.
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched)
        {
            foreach (var folder in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            {
                yield return folder;
            }
        }

        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        var portable = (OperatingSystem.IsLinux() ? "linux-" : OperatingSystem.IsMacOS() ? "osx-" : "win-")
            + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", portable, "native");
    }
}
