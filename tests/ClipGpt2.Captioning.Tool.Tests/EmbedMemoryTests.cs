using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>Large photographs are decoded two at a time, and nothing of them stays.</summary>
public sealed class EmbedMemoryTests : IDisposable
{
    private const int Width = 7680;
    private const int Height = 4320;
    private const int Pictures = 10;
    private const long MostMegabytes = 400;

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Pictures_of_33_megapixels_take_less_than_400_MB()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The system tells the peak of memory on Linux only.");
        var small = PeakMegabytes("small", Write("small", 64, 48, 1));
        var large = PeakMegabytes("large", Write("large", Width, Height, Pictures));
        Assert.InRange(large - small, 0, MostMegabytes);
    }

    private string Write(string name, int width, int height, int count)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        new Random(width).NextBytes(bitmap.GetPixelSpan()[..Math.Min(1 << 22, bitmap.ByteCount)]);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        var files = Enumerable.Range(0, count).Select(i => Path.Combine(_folder, $"{name}{i}.jpg")).ToArray();
        Array.ForEach(files, file => File.WriteAllBytes(file, encoded.ToArray()));
        var captions = Path.Combine(_folder, name + ".json");
        File.WriteAllBytes(captions, JsonSerializer.SerializeToUtf8Bytes(files.Select(file => new { image = file, caption = "A picture." })));
        return captions;
    }

    /// <summary>The most memory that an embedding of pictures ever took.</summary>
    private long PeakMegabytes(string store, string captions)
    {
        var command = ClipGpt2Process.Command("embed", "--encoder", EmbedFolder.Model, "--captions", captions, "--out", Path.Combine(_folder, store));
        (command.RedirectStandardOutput, command.RedirectStandardError) = (false, false);
        using var process = Process.Start(command)!;
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, HighWaterMark(process.Id));
            Thread.Sleep(10);
        }

        Assert.Equal(0, process.ExitCode);
        return peak >> 10;
    }

    private static long HighWaterMark(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmHWM:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
