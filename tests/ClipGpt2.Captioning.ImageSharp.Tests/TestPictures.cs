using System.Reflection;

namespace ClipGpt2.Captioning.ImageSharp.Tests;

/// <summary>The golden pictures (<c>CLIPGPT2_GOLDEN</c>, or the copy in the repository) and the repository's small captioner.</summary>
internal static class TestPictures
{
    private static readonly string Tests =
        typeof(TestPictures).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TestsFolder").Value!;

    public static string Captioner { get; } = Path.Combine(Tests, "captioner");

    private static string Images { get; } =
        Path.Combine(Environment.GetEnvironmentVariable("CLIPGPT2_GOLDEN") is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : Path.Combine(Tests, "golden"), "images");

    public static IEnumerable<string> Bad => Directory.EnumerateFiles(Images, "bad_*").Order(StringComparer.Ordinal);

    /// <summary>Sound pictures whose format another codec decodes.</summary>
    public static IEnumerable<string> JpegAndWebp => Directory.EnumerateFiles(Images, "*.*").Order(StringComparer.Ordinal)
        .Where(file => Path.GetExtension(file).ToUpperInvariant() is ".JPG" or ".WEBP" && !Path.GetFileName(file).StartsWith("bad_", StringComparison.Ordinal));
}
