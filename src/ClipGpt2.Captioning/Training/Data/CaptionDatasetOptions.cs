using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>How files of captions are read. A reader heeds what its form of file has, and leaves the rest aside.</summary>
public sealed class CaptionDatasetOptions
{
    /// <summary>The folder that the pictures' paths in the file are relative to.</summary>
    /// <value>The default is <see langword="null"/>: paths are taken as they are, relative to the current folder.</value>
    public string? ImageFolder { get; set; }

    /// <summary>What turns the name that the file has for a picture into the picture, for pictures that aren't files: addresses, keys of a database.</summary>
    /// <remarks>It is called whenever an example is read, by any thread. The name itself is then the example's <see cref="CaptionExample.ImageId"/>.</remarks>
    /// <value>The default is <see langword="null"/>: the name is a file's.</value>
    public Func<string, ImageSource>? Picture { get; set; }

    /// <summary>What an empty caption does.</summary>
    /// <value>The default is <see cref="EmptyCaptionPolicy.Fail"/>.</value>
    [EnumDataType(typeof(EmptyCaptionPolicy))]
    public EmptyCaptionPolicy EmptyCaptions { get; set; } = EmptyCaptionPolicy.Fail;

    /// <summary>The name of the file's form; null to tell it by name and content (see <see cref="CaptionDatasets"/>).</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Form { get; set; }

    /// <summary>The forms that are known.</summary>
    /// <value>The default is the library's own.</value>
    [Required]
    public CaptionForms Forms { get; set; } = new();

    /// <summary>The splits of a file that has some (Karpathy's).</summary>
    /// <value>The default is <c>train</c> and <c>restval</c>.</value>
    [Required]
    [MinLength(1)]
    public IList<string> Splits { get; set; } = ["train", "restval"];

    /// <summary>The columns of a table (CSV, TSV).</summary>
    [Required]
    [ValidateObjectMembers]
    public CsvColumnOptions Columns { get; set; } = new();

    /// <summary>What the order of tar shards is drawn from, anew for each epoch.</summary>
    /// <value>The default is <see langword="null"/>: the shards keep their order.</value>
    public long? ShardSeed { get; set; }

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="CaptioningException">A value is wrong.</exception>
    internal void Validate()
    {
        var result = new CaptionDatasetOptionsValidator().Validate(null, this);
        if (result.Failed)
        {
            throw new CaptioningException(string.Join(Environment.NewLine, result.Failures));
        }
    }
}

/// <summary>What an empty caption (or one of white space only) does.</summary>
public enum EmptyCaptionPolicy
{
    /// <summary>It is an error, which names its place.</summary>
    Fail,

    /// <summary>It is left out and counted.</summary>
    Skip,

    /// <summary>It is an example like others.</summary>
    Keep,
}

[OptionsValidator]
internal sealed partial class CaptionDatasetOptionsValidator : IValidateOptions<CaptionDatasetOptions>;
