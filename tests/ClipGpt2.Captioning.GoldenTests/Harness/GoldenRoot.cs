using System.Reflection;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>The folder of golden data: <c>CLIPGPT2_GOLDEN</c>, or the copy in the repository.</summary>
internal static class GoldenRoot
{
    /// <summary>The copy in the repository.</summary>
    public static string Repository { get; } =
        typeof(GoldenRoot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "GoldenRoot").Value!;

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("CLIPGPT2_GOLDEN") is { Length: > 0 } chosen ? System.IO.Path.GetFullPath(chosen) : Repository;

    /// <summary>The devices that the model cases run on: the CPU, and the first GPU where there is one; or those of <c>CLIPGPT2_GOLDEN_DEVICES</c>.</summary>
    public static IReadOnlyList<string> Devices { get; } =
        Environment.GetEnvironmentVariable("CLIPGPT2_GOLDEN_DEVICES") is { Length: > 0 } chosen ? chosen.Split(',')
        : TorchSharp.torch.cuda_is_available() ? ["cpu", "cuda:0"]
        : ["cpu"];

    public static string Path(string relative) => System.IO.Path.Combine(Folder, relative);
}
