using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>How an embedding store is built, and what it is compared with when it is used.</summary>
public sealed class EmbeddingStoreOptions
{
    /// <summary>The number format of the stored embeddings.</summary>
    /// <value>The default is null: <see cref="EmbeddingPrecision.Float32"/>, exactly what the encoder gives, for vectors, and <see cref="EmbeddingPrecision.Float16"/> for sequences.</value>
    [EnumDataType(typeof(EmbeddingPrecision))]
    public EmbeddingPrecision? Precision { get; set; }

    /// <summary>How many pictures go through the encoder together.</summary>
    /// <value>The default is 32.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 32;

    /// <summary>How many pictures are written at once, rounded up to whole batches: what an interruption may cost.</summary>
    /// <value>The default is 512.</value>
    [Range(1, 1_000_000)]
    public int ChunkSize { get; set; } = 512;

    /// <summary>How many threads decode and preprocess pictures ahead of the encoder.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 256)]
    public int Threads { get; set; } = 2;

    /// <summary>The most memory that pictures decoded ahead may take, in MiB.</summary>
    /// <value>The default is 256.</value>
    [Range(1, 1 << 20)]
    public int PrefetchMegabytes { get; set; } = 256;

    /// <summary>What a picture that is missing or broken does.</summary>
    /// <value>The default is <see cref="BadImagePolicy.Fail"/>.</value>
    [EnumDataType(typeof(BadImagePolicy))]
    public BadImagePolicy BadImages { get; set; } = BadImagePolicy.Fail;

    /// <summary>How decoded pictures become the encoder's pixels, such as with the reference program's squash; null for the encoder's own way.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public ImagePreprocessor? Preprocessor { get; set; }

    /// <summary>What decodes pictures.</summary>
    /// <value>The default is <see cref="SkiaImageDecoder"/>.</value>
    [Required]
    public IImageDecoder ImageDecoder { get; set; } = new SkiaImageDecoder();

    /// <summary>How pictures are decoded.</summary>
    /// <value>The default is what Pillow's <c>convert("RGB")</c> gives.</value>
    [Required]
    public ImageDecodingOptions ImageDecoding { get; set; } = new();

    /// <summary>The number format for features of a shape.</summary>
    internal EmbeddingPrecision PrecisionOf(FeatureShape features) => Precision ?? (features.Length is null ? EmbeddingPrecision.Float32 : EmbeddingPrecision.Float16);

    internal ImagePreparation Preparation(IImageEncoder encoder) => new(Preprocessor ?? encoder.Preprocessor, ImageDecoder, ImageDecoding) { Stamped = true };

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="CaptioningException">A value is wrong.</exception>
    internal void Validate()
    {
        var result = new EmbeddingStoreRangeValidator().Validate(null, this);
        if (result.Failed)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, result.Failures));
        }

        ImageDecoding.Validate();
    }
}

/// <summary>The number format of stored embeddings.</summary>
public enum EmbeddingPrecision
{
    /// <summary>32 bits: what the encoder gives.</summary>
    Float32,

    /// <summary>16 bits: half the space, about three decimal digits.</summary>
    Float16,
}

[OptionsValidator]
internal sealed partial class EmbeddingStoreRangeValidator : IValidateOptions<EmbeddingStoreOptions>;
