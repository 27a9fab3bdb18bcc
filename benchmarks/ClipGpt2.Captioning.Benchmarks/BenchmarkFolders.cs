namespace ClipGpt2.Captioning.Benchmarks;

/// <summary>Where benchmarks find their data and keep what they make.</summary>
internal static class BenchmarkFolders
{
    /// <summary>Holds the generated weights (about 1.3 GB) from one run to the next; it may be deleted at any time.</summary>
    public static string Cache { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("CLIPGPT2_BENCHMARK_CACHE") ?? Path.Combine(Path.GetTempPath(), "clipgpt2-benchmarks")).FullName;

    /// <summary>The repository's golden data, which has the real vocabularies.</summary>
    public static string Golden => Environment.GetEnvironmentVariable("CLIPGPT2_GOLDEN") ?? Path.Combine(Repository(), "tests", "golden");

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ClipGpt2.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} isn't inside of the repository; set CLIPGPT2_GOLDEN to the folder of the golden data.");
    }
}
