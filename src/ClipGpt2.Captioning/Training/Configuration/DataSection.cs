using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>How captions and pictures are read: <c>data_config</c>. The defaults are the reference program's.</summary>
public sealed class DataSection : DataLoadingOptions
{
    /// <summary>Creates the section with the reference program's defaults: batches aren't sorted by length.</summary>
    public DataSection() => BucketBatches = 1;

    /// <summary>The form of the caption files, by its name; null to tell it from each file's name and content.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [FormNames]
    public string? Format { get; set; }

    /// <summary>The folder that the training pictures' paths are relative to; null for the current one.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? TrainImages { get; set; }

    /// <summary>The folder that the validation pictures' paths are relative to; null for the current one.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? ValImages { get; set; }

    /// <summary>The splits to train on, where the file has some (Karpathy's).</summary>
    /// <value>The default is <c>train</c> and <c>restval</c>.</value>
    [DeclaredBy(typeof(CaptionDatasetOptions), nameof(CaptionDatasetOptions.Splits))]
    public IList<string> TrainSplits { get; set; } = ["train", "restval"];

    /// <summary>The splits to validate on, where the file has some (Karpathy's).</summary>
    /// <value>The default is <c>val</c>.</value>
    [DeclaredBy(typeof(CaptionDatasetOptions), nameof(CaptionDatasetOptions.Splits))]
    public IList<string> ValSplits { get; set; } = ["val"];

    /// <summary>What an empty caption does.</summary>
    /// <value>The default is <see cref="EmptyCaptionPolicy.Fail"/>.</value>
    public EmptyCaptionPolicy EmptyCaptions { get; set; } = EmptyCaptionPolicy.Fail;

    /// <summary>Where tables have their captions and pictures.</summary>
    public CsvColumnOptions Columns { get; set; } = new();
}
