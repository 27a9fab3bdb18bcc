using SkiaSharp;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Makes JPEGs that cost a decoder what photographs cost it: 640 x 480, about 76 kB, smooth areas, edges and grain.</summary>
internal static class SyntheticPhoto
{
    public const int Width = 640;
    public const int Height = 480;

    private const int Shapes = 60;
    private const int Grain = 9;
    private const int Quality = 89;

    /// <summary>The same seed gives the same picture.</summary>
    public static byte[] CreateJpeg(int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (var canvas = new SKCanvas(bitmap))
        {
            Paint(canvas, random);
        }

        AddGrain(bitmap.GetPixelSpan(), random);
        using var image = SKImage.FromBitmap(bitmap);
        using var data = image.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    private static void Paint(SKCanvas canvas, Random random)
    {
        canvas.Clear(RandomColor(random));
        for (var i = 0; i < Shapes; i++)
        {
            var center = new SKPoint(random.Next(Width), random.Next(Height));
            var radius = 10 + random.Next(120);
            using var shader = SKShader.CreateRadialGradient(center, radius, [RandomColor(random), RandomColor(random)], SKShaderTileMode.Clamp);
            using var paint = new SKPaint { Shader = shader, IsAntialias = true };
            canvas.DrawOval(center, new SKSize(radius, 10 + random.Next(120)), paint);
        }
    }

    private static unsafe void AddGrain(ReadOnlySpan<byte> pixels, Random random)
    {
        fixed (byte* first = pixels)
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                first[i] = (byte)Math.Clamp(first[i] + random.Next(-Grain, Grain + 1), 0, 255);
            }
        }
    }

    private static SKColor RandomColor(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
}
