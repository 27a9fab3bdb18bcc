using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Where the captions are: <c>data_paths</c>. How they are read says <see cref="DataSection"/>.</summary>
public sealed class DataPathsSection
{
    /// <summary>The captions to train on.</summary>
    [JsonRequired]
    public string TrainCaptionsPath { get; set; } = "";

    /// <summary>The captions to validate on.</summary>
    [JsonRequired]
    public string ValCaptionsPath { get; set; } = "";
}
