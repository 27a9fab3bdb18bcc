using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Images;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>How closely a data set is looked at.</summary>
public sealed class CaptionDatasetCheckOptions
{
    /// <summary>Whether pictures are decoded, or only looked for.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DecodeImages { get; set; }

    /// <summary>How many threads look at pictures.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 256)]
    public int Threads { get; set; } = 2;

    /// <summary>What decodes pictures.</summary>
    /// <value>The default is <see cref="SkiaImageDecoder"/>.</value>
    [Required]
    public IImageDecoder ImageDecoder { get; set; } = new SkiaImageDecoder();

    /// <summary>How pictures are decoded.</summary>
    [Required]
    public ImageDecodingOptions ImageDecoding { get; set; } = new();

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="CaptioningException">A value is wrong.</exception>
    internal void Validate()
    {
        var result = new CaptionDatasetCheckOptionsValidator().Validate(null, this);
        if (result.Failed)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, result.Failures));
        }

        ImageDecoding.Validate();
    }
}

[OptionsValidator]
internal sealed partial class CaptionDatasetCheckOptionsValidator : IValidateOptions<CaptionDatasetCheckOptions>;
