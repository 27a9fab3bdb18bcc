using System.ComponentModel.DataAnnotations;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning;

/// <summary>How a captioner runs. The defaults are the reference program's inference in exact arithmetic on the CPU.</summary>
public sealed class CaptionerOptions
{
    /// <summary>The captioner's folder, for hosts that let dependency injection load it.</summary>
    /// <value>The default is <see langword="null"/>; <see cref="Captioner.FromPretrained"/> takes the folder as an argument.</value>
    public string? ModelFolder { get; set; }

    /// <summary>The device: <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    /// <value>The default is <c>cpu</c>.</value>
    [Required]
    public string Device { get; set; } = "cpu";

    /// <summary>The number format of weights and products.</summary>
    /// <value>The default is <see cref="Precision.Float32"/>.</value>
    [EnumDataType(typeof(Precision))]
    public Precision Precision { get; set; } = Precision.Float32;

    /// <summary>The parts whose weights stay plain, so that a trainer can change them; the others are packed for speed.</summary>
    /// <remarks>What is trained is kept in float32; <see cref="Precision"/> says what its products are computed in.</remarks>
    /// <value>The default is <see cref="TrainableParts.None"/>.</value>
    public TrainableParts Trainable { get; set; }

    /// <summary>How many calls may run the models at once; further ones wait. Each running thread brings libtorch's threads with it.</summary>
    /// <value>The default is 1.</value>
    [Range(1, 1024)]
    public int MaxConcurrency { get; set; } = 1;

    /// <summary>How many pictures go through the models together.</summary>
    /// <value>The default is 8.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 8;

    /// <summary>How many threads decode and preprocess pictures while the models run.</summary>
    /// <value>The default is 2.</value>
    [Range(1, 256)]
    public int PreprocessingThreads { get; set; } = 2;

    /// <summary>Whose reading of the models' files is followed where the versions of transformers differ.</summary>
    /// <value>
    /// The default is <see langword="null"/>: what the checkpoint or the captioner's folder keeps of its training, and where that keeps nothing
    /// <see cref="ModelCompatibility.Transformers5"/>.
    /// </value>
    [EnumDataType(typeof(ModelCompatibility))]
    public ModelCompatibility? Compatibility { get; set; }

    /// <summary>How captions are searched. What isn't set is asked of the decoder's folder (<see cref="DecodingOptions"/>).</summary>
    /// <value>By default nothing is set. Where the folder says nothing either, it is the reference program's inference: 5 beams, early stopping, 25 new tokens.</value>
    [Required]
    public DecodingOptions Decoding { get; set; } = new();

    /// <summary>How pictures are decoded.</summary>
    /// <value>The default is what Pillow's <c>convert("RGB")</c> gives.</value>
    [Required]
    public ImageDecodingOptions ImageDecoding { get; set; } = new();

    /// <summary>What decodes pictures.</summary>
    /// <value>The default is <see cref="SkiaImageDecoder"/>.</value>
    [Required]
    public IImageDecoder ImageDecoder { get; set; } = new SkiaImageDecoder();

    /// <summary>Where model ids are looked up on disk.</summary>
    /// <value>The default is Hugging Face's cache in the user's folder.</value>
    [Required]
    public ModelSearchOptions ModelSearch { get; set; } = new();

    /// <summary>Where a checkpoint's base models are, if they aren't where it says, or if it doesn't say.</summary>
    /// <value>The default is where the checkpoint says.</value>
    [Required]
    public BaseModels Bases { get; set; } = new();

    /// <summary>The kinds of parts that a captioner's folder may name.</summary>
    /// <value>The default holds the library's own kinds; add a host's to it.</value>
    [Required]
    public CaptionerParts Parts { get; set; } = new();

    internal ComputeOptions Compute => new() { Device = Device, Precision = Precision };

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="CaptioningException">A value is wrong.</exception>
    internal void Validate()
    {
        var result = new CaptionerOptionsValidator().Validate(null, this);
        if (result.Failed)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, result.Failures));
        }
    }
}

/// <summary>Checks the ranges by generated code, and what spans several properties by hand; all errors come together.</summary>
internal sealed class CaptionerOptionsValidator : IValidateOptions<CaptionerOptions>
{
    private static readonly CaptionerRangeValidator Ranges = new();

    public ValidateOptionsResult Validate(string? name, CaptionerOptions options)
    {
        var errors = new List<string>(Ranges.Validate(name, options).Failures ?? []);
        if (options.Device is not null)
        {
            errors.AddRange(options.Compute.Errors());
        }

        Gather(errors, () => options.Decoding?.Validate());
        Gather(errors, () => options.ImageDecoding?.Validate());
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void Gather(List<string> errors, Action validate)
    {
        try
        {
            validate();
        }
        catch (CaptioningException e)
        {
            errors.Add(e.Message);
        }
    }
}

[OptionsValidator]
internal sealed partial class CaptionerRangeValidator : IValidateOptions<CaptionerOptions>;
