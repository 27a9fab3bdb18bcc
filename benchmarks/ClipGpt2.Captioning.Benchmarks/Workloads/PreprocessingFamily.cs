using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Images;
using SkiaSharp;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>From JPEG files in memory to CLIP's pixels, on one core, beside the decoding alone that libjpeg-turbo needs.</summary>
internal sealed class PreprocessingFamily
{
    public const int Pictures = 8;

    private readonly byte[][] _files = [.. Enumerable.Range(0, Pictures).Select(SyntheticPhoto.CreateJpeg)];
    private readonly SkiaImageDecoder _decoder = new();
    private readonly ImagePreprocessor _preprocessor = ImagePreprocessor.ClipVitBasePatch32;
    private readonly float[] _pixels = new float[3 * 224 * 224];
    private readonly byte[] _decoded = new byte[4 * SyntheticPhoto.Width * SyntheticPhoto.Height];

    public IEnumerable<Workload> Workloads() => [Preprocessing()];

    public Workload Preprocessing() => new("preprocessing, 640x480 JPEG, 1 core", Unit.Rate("images", Pictures), new Variant(new Contender("", Preprocess)))
    {
        Yardstick = new Contender("decoding alone", Decode),
    };

    private void Preprocess()
    {
        foreach (var file in _files)
        {
            using var image = _decoder.Decode(file);
            _preprocessor.Preprocess(image, _pixels);
        }
    }

    private unsafe void Decode()
    {
        foreach (var file in _files)
        {
            using var data = SKData.CreateCopy(file);
            using var codec = SKCodec.Create(data);
            fixed (byte* pixels = _decoded)
            {
                var result = codec.GetPixels(new SKImageInfo(SyntheticPhoto.Width, SyntheticPhoto.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)pixels);
                Agreement.Require(result == SKCodecResult.Success, $"decoding alone gave {result}");
            }
        }
    }
}
