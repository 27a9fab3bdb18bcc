using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests;

/// <summary>The one visible list of golden files that no suite runs yet.</summary>
public sealed class PendingTests
{
    /// <summary>The folders of which every file must be run.</summary>
    private static readonly string[] Folders = ["forward", "train"];

    /// <summary>Files that the library can't pass yet; nothing may stay here once a suite runs it.</summary>
    private static readonly string[] Pending = [];

    [Fact]
    public void The_list_holds_just_the_files_that_no_suite_runs()
    {
        var run = typeof(PendingTests).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(GoldenSuite)) && !type.IsAbstract)
            .SelectMany(type => ((GoldenSuite)Activator.CreateInstance(type)!).Files);
        var there = Folders.SelectMany(folder => Directory.EnumerateFiles(GoldenRoot.Path(folder), "*.json"))
            .Where(HasCases)
            .Select(path => Path.GetRelativePath(GoldenRoot.Folder, path).Replace('\\', '/'));
        Assert.Equal(Pending.Order(), there.Except(run).Order());
    }

    /// <summary>A file without cases holds what other files' cases share.</summary>
    private static bool HasCases(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.TryGetProperty("cases", out var cases) && cases.GetArrayLength() > 0;
    }
}
