using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

/// <summary>Configurations in the reference program's form, to read as they are or with something changed.</summary>
internal static class ReferenceFile
{
    public const string Name = "training_config.json";

    /// <summary>The reference program's run on COCO.</summary>
    public const string Text = """
        {
            "clip_config": { "model": "openai/clip-vit-base-patch32", "image_size": [224, 224] },
            "gpt2_config": { "model": "gpt2", "visual_tokens_length": 5, "text_tokens_max_length": 10, "n_layers_to_freeze": 10 },
            "data_paths": {
                "train_captions_path": "data/coco_train_captions_processed.json",
                "val_captions_path": "data/coco_val_captions_processed.json"
            },
            "training_config": {
                "subset_ratio": 0.4,
                "batch_size": 64,
                "num_epochs": 10,
                "learning_rate": 1e-4,
                "enable_GPU": true,
                "trained_model_path": "trained_models/best_model.pkl",
                "monitoring_plots_path": "figs/training_plots.png"
            }
        }
        """;

    /// <summary>The repository's golden folder.</summary>
    public static string Golden { get; } = Path.Combine(
        typeof(ReferenceFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!, "tests", "golden");

    public static TrainingConfiguration Read(params string[] overrides) => Parse(Text, overrides);

    public static TrainingConfiguration Parse(string json, params string[] overrides) => TrainingConfiguration.Parse(Encoding.UTF8.GetBytes(json), Name, overrides);

    /// <summary>Reads the reference program's file with one value replaced; null removes the key.</summary>
    public static TrainingConfiguration With(string section, string key, string? value) => Parse(TextWith(section, key, value));

    public static string TextWith(string section, string key, string? value)
    {
        var root = JsonNode.Parse(Text)!.AsObject();
        var owner = section.Length == 0 ? root : (root[section] ??= new JsonObject()).AsObject();
        owner.Remove(key);
        if (value is not null)
        {
            owner[key] = JsonNode.Parse(value);
        }

        return root.ToJsonString();
    }

    /// <summary>What is said about a file that is wrong.</summary>
    public static IReadOnlyList<string> Errors(Func<TrainingConfiguration> read) => Assert.Throws<ConfigurationException>(read).Errors;
}
