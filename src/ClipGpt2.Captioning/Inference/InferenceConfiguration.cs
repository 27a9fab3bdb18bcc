using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Inference;

/// <summary>A folder of pictures to be captioned by a folder of trained models: the reference program's <c>inference_config.json</c>.</summary>
/// <remarks>Follows <c>Config</c> of the reference program's <c>inference_config_loader.py</c>. Paths are relative to the current folder. Not safe for threads while it is changed.</remarks>
public sealed class InferenceConfiguration
{
    /// <summary>Whether the GPU is used if there is one.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    [JsonPropertyName("enable_GPU")]
    public bool EnableGpu { get; set; }

    /// <summary>The folder of the pictures.</summary>
    [JsonRequired]
    public string ImagesDir { get; set; } = "";

    /// <summary>The folder of the trained models.</summary>
    [JsonRequired]
    public string TrainedModelsDir { get; set; } = "";

    /// <summary>The CSV file to write; one that is there is replaced.</summary>
    [JsonRequired]
    public string OutputFilename { get; set; } = "";

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">A JSON file.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ConfigurationException">The file isn't JSON, keys are unknown, missing or wrong, or folders are missing or empty; all errors are listed.</exception>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static InferenceConfiguration Load(string path)
    {
        var configuration = new InferenceConfiguration();
        var json = ConfigurationFile.Parse(ConfigurationFile.Read(path, "an inference configuration"), path);
        configuration.Check(new ConfigurationErrors(path), reader => reader.Read(json, configuration, path), mayBeMissing: false);
        return configuration;
    }

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="ConfigurationException">A value is wrong, or a folder is missing or empty.</exception>
    public void Validate() => Check(new ConfigurationErrors(nameof(InferenceConfiguration)), _ => { }, mayBeMissing: true);

    private void Check(ConfigurationErrors errors, Action<ConfigurationReader> read, bool mayBeMissing)
    {
        var reader = new ConfigurationReader(errors);
        read(reader);
        reader.Check(this, mayBeMissing: mayBeMissing);
        CheckFolder("images_dir", ImagesDir, folder => InferenceFiles.Images(folder).Count > 0, "holds no pictures: no file in it ends in .jpg, .png or .jpeg (in small letters)");
        CheckFolder("trained_models_dir", TrainedModelsDir, folder => InferenceFiles.Models(folder).Count > 0, "holds no models: no file in it ends in .pkl, .pt or .safetensors");
        errors.ThrowIfAny();

        void CheckFolder(string key, string folder, Func<string, bool> isFilled, string problem)
        {
            errors.AddUnless(Directory.Exists(folder), $"is '{folder}', which is no folder", key);
            errors.AddUnless(errors.IsWrong(key) || isFilled(folder), $"is '{folder}', which {problem}", key);
        }
    }
}
