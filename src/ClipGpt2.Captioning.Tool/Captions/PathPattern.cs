namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>Patterns of paths, on every system alike: <c>*</c> and <c>?</c> in names, and <c>**</c> for any folders, as shells know them.</summary>
internal static class PathPattern
{
    private const string AnyFolders = "**";

    private static readonly char[] Wild = ['*', '?'];
    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    // What can't be looked into holds nothing that fits, as in shells.
    private static readonly EnumerationOptions Looking = new() { MatchType = MatchType.Simple, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };

    /// <summary>What an argument means: what is there under that very name, or isn't a pattern, is itself.</summary>
    /// <exception cref="CaptioningException">It is a pattern, and nothing fits it.</exception>
    public static IReadOnlyList<string> Expand(string argument) => Path.Exists(argument) || !IsPattern(argument) ? [argument] : Matches(argument) is { Count: > 0 } found
        ? found
        : throw new CaptioningException($"Nothing fits the pattern '{argument}': * stands for any letters of a name, ? for one, and ** for any folders.");

    private static bool IsPattern(string path) => path.AsSpan().IndexOfAny(Wild) >= 0;

    /// <summary>The files and folders that fit, by name; names that begin with a point fit only what begins with one.</summary>
    private static IReadOnlyList<string> Matches(string pattern)
    {
        var root = Path.GetPathRoot(pattern) ?? "";
        IEnumerable<string> found = [root];
        foreach (var part in pattern[root.Length..].Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            found = part == AnyFolders ? found.SelectMany(WithFolders)
                : IsPattern(part) ? found.SelectMany(folder => In(folder, part))
                : found.Select(folder => Path.Combine(folder, part)).Where(Path.Exists);
        }

        return [.. found.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>A folder and all below it, but those that links lead to: they may lead in circles.</summary>
    private static IEnumerable<string> WithFolders(string folder) =>
        In(folder, "*").Where(inner => Directory.Exists(inner) && !File.GetAttributes(inner).HasFlag(FileAttributes.ReparsePoint)).SelectMany(WithFolders).Prepend(folder);

    private static IEnumerable<string> In(string folder, string part)
    {
        // The empty path is the current folder, which isn't to stand in the results.
        var where = folder.Length == 0 ? "." : folder;
        return !Directory.Exists(where)
            ? []
            : Directory.EnumerateFileSystemEntries(where, part, Looking)
                .Select(path => Path.GetFileName(path))
                .Where(name => name.StartsWith('.') == part.StartsWith('.'))
                .Select(name => Path.Combine(folder, name));
    }
}
