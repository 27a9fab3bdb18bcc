namespace ClipGpt2.Captioning.Tests.Sources;

/// <summary>The sources of the library and of its tool.</summary>
internal static class SourceFiles
{
    private static readonly string Root = Path.Combine(SampleCaptioner.Repository, "src");

    private static readonly string[] Projects = ["ClipGpt2.Captioning", "ClipGpt2.Captioning.Tool"];

    /// <summary>All of them; names are relative to <c>src</c> with slashes.</summary>
    public static IReadOnlyList<(string Name, CSharpText Text)> All { get; } =
    [
        .. Projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(Root, project), "*.cs", SearchOption.AllDirectories))
            .Select(file => (Name: Path.GetRelativePath(Root, file).Replace('\\', '/'), file))
            .Where(file => !file.Name.Split('/').Any(folder => folder is "obj" or "bin"))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => (file.Name, CSharpText.Parse(File.ReadAllText(file.file)))),
    ];

    /// <summary>A file's folder, with the slash at its end.</summary>
    public static string FolderOf(string name) => name[..(name.LastIndexOf('/') + 1)];
}
