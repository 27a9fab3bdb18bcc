using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests;

/// <summary>The one visible list of golden files that no suite runs yet.</summary>
public sealed class PendingTests
{
    /// <summary>Files that the library can't pass yet; nothing may stay here once a suite runs it.</summary>
    private static readonly string[] Pending = [];

    [Fact]
    public void The_list_holds_just_the_files_that_no_suite_runs()
    {
        var run = typeof(PendingTests).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(GoldenSuite)) && !type.IsAbstract)
            .SelectMany(type => ((GoldenSuite)Activator.CreateInstance(type)!).Files);
        var there = Folders().SelectMany(folder => Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
            .Where(HasCases)
            .Select(path => Path.GetRelativePath(GoldenRoot.Folder, path).Replace('\\', '/'));
        Assert.Equal(Pending.Order(), there.Except(run).Order());
    }

    /// <summary>All folders of golden data; elsewhere those that the repository has too, since another version of the data may have more.</summary>
    private static IEnumerable<string> Folders() =>
        Directory.EnumerateDirectories(GoldenRoot.Folder).Where(folder => Directory.Exists(Path.Combine(GoldenRoot.Repository, Path.GetFileName(folder))));

    /// <summary>A file without cases holds what other files' cases share, or is what one of them reads, broken on purpose perhaps.</summary>
    private static bool HasCases(string path)
    {
        using var json = Parse(path);
        return json?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("cases", out var cases)
            && cases.ValueKind == JsonValueKind.Array && cases.GetArrayLength() > 0;
    }

    private static JsonDocument? Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
