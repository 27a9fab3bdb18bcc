using System.Reflection;

namespace ClipGpt2.Captioning.Tests;

/// <summary>A small captioner of the golden models, with a text tower, and the pictures of the Quickstart sample.</summary>
internal static class SampleCaptioner
{
    public static string Repository { get; } =
        typeof(SampleCaptioner).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!;

    public static string Folder { get; } = Path.Combine(Repository, "tests", "captioner");

    public static IReadOnlyList<string> Images { get; } =
        [.. Directory.GetFiles(Path.Combine(Repository, "samples", "Quickstart", "images")).Order(StringComparer.Ordinal)];

    public static Captioner Load(CaptionerOptions? options = null) => Captioner.FromPretrained(Folder, options);
}
