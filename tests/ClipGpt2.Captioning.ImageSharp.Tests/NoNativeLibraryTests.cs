using System.Diagnostics;

namespace ClipGpt2.Captioning.ImageSharp.Tests;

/// <summary>A process that captions, trains, embeds, evaluates and checks, and never loads Skia.</summary>
public sealed class NoNativeLibraryTests : IDisposable
{
    private const string Program = "ClipGpt2.Captioning.HostProgram";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory();

    /// <summary>Beside the tests, so that libtorch can be linked rather than copied.</summary>
    private readonly string _bare = Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!, "without-skia-" + Guid.NewGuid().ToString("N"));

    private static string[] Pictures => [.. TestPictures.JpegAndWebp];

    [Fact]
    public async Task Skia_is_never_loaded() => AssertWithoutSkia(await Run(AppContext.BaseDirectory, ["without-skia", TestPictures.Captioner, _work.FullName, .. Pictures]));

    [Fact]
    public async Task Skia_need_not_be_there()
    {
        using (var copy = Process.Start("cp", ["-al", AppContext.BaseDirectory, _bare]))
        {
            await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, copy.ExitCode);
        }

        var libraries = Directory.GetFiles(_bare, "*SkiaSharp.so", SearchOption.AllDirectories);
        Assert.NotEmpty(libraries);
        Array.ForEach(libraries, File.Delete);
        AssertWithoutSkia(await Run(_bare, ["without-skia", TestPictures.Captioner, _work.FullName, .. Pictures]));
        Assert.Contains("needs SkiaSharp's native library, which can't be loaded", (await Run(_bare, ["with-skia", TestPictures.Captioner, Pictures[0]])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_decoder_loads_it() =>
        Assert.Equal("captioned: with Skia", (await Run(AppContext.BaseDirectory, ["with-skia", TestPictures.Captioner, Pictures[0]])).Output.Trim());

    public void Dispose()
    {
        _work.Delete(recursive: true);
        if (Directory.Exists(_bare))
        {
            Directory.Delete(_bare, recursive: true);
        }
    }

    private static void AssertWithoutSkia((string Output, string Error) run)
    {
        Assert.Empty(run.Error);
        Assert.Equal(["captioned", "trained", "embedded", "evaluated", "checked"], run.Output.Trim().Split('\n').Select(line => line.Split(": without Skia") is [var step, ""] ? step : line));
    }

    private static async Task<(string Output, string Error)> Run(string folder, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(folder, Program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(Longest);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
