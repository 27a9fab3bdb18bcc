using System.Reflection;
using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The golden data, beside the library's own tests of them.</summary>
internal static class Golden
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("CLIPGPT2_GOLDEN") is { Length: > 0 } chosen
        ? chosen
        : typeof(Golden).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "GoldenRoot").Value!;

    public static string File(string relative) => Path.GetFullPath(Path.Combine(Folder, relative));

    public static JsonElement Json(string relative) => JsonDocument.Parse(System.IO.File.ReadAllBytes(File(relative))).RootElement;
}
