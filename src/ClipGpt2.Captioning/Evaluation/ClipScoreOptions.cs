using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>How <see cref="ClipScoreMetric"/> computes.</summary>
/// <remarks>The options are read once, when the metric is created.</remarks>
public sealed class ClipScoreOptions
{
    /// <summary>What the cosine of picture and caption is multiplied by.</summary>
    /// <value>2.5, as in the paper.</value>
    public double Weight { get; set; } = 2.5;

    /// <summary>What is put before captions and references.</summary>
    /// <value><c>"A photo depicts "</c>.</value>
    public string Prompt { get; set; } = "A photo depicts ";

    /// <summary>How many pictures, or texts, go through the model together.</summary>
    /// <value>64.</value>
    public int BatchSize { get; set; } = 64;

    /// <summary>How pictures are decoded.</summary>
    /// <value>As Pillow's <c>convert("RGB")</c>.</value>
    public ImageDecodingOptions ImageDecoding { get; set; } = new();

    /// <summary>What decodes pictures.</summary>
    /// <value><see cref="SkiaImageDecoder"/>.</value>
    public IImageDecoder ImageDecoder { get; set; } = new SkiaImageDecoder();

    /// <summary>Checks all values and names all that are wrong.</summary>
    internal void Validate()
    {
        List<string> wrong = [];
        if (!(double.IsFinite(Weight) && Weight > 0))
        {
            wrong.Add($"{nameof(Weight)} is {Weight}; give a number above 0");
        }

        if (BatchSize is < 1 or > 4096)
        {
            wrong.Add($"{nameof(BatchSize)} is {BatchSize}; give 1 to 4096");
        }

        if (Prompt is null || ImageDecoding is null || ImageDecoder is null)
        {
            wrong.Add($"{nameof(Prompt)}, {nameof(ImageDecoding)} and {nameof(ImageDecoder)} can't be null");
        }

        if (wrong.Count > 0)
        {
            throw new CaptioningException($"{nameof(ClipScoreOptions)}: {string.Join("; ", wrong)}.");
        }

        ImageDecoding!.Validate();
    }
}
