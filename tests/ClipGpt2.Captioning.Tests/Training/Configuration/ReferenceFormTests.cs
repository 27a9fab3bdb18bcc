using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

public sealed class ReferenceFormTests
{
    [Fact]
    public void The_golden_run_is_read_unchanged()
    {
        var configuration = TrainingConfiguration.Load(Path.Combine(ReferenceFile.Golden, "seed_run", "training_config.json"));
        Assert.Equal("models/tiny-clip", configuration.ClipConfig.Model);
        Assert.Equal([64, 64], configuration.ClipConfig.ImageSize);
        Assert.Equal("models/tiny-gpt2", configuration.Gpt2Config.Model);
        Assert.Equal(5, configuration.Gpt2Config.VisualTokensLength);
        Assert.Equal(10, configuration.Gpt2Config.TextTokensMaxLength);
        Assert.Equal(1, configuration.Gpt2Config.LayersToFreeze);
        Assert.Equal("seed_run/train.json", configuration.DataPaths.TrainCaptionsPath);
        Assert.Equal("seed_run/val.json", configuration.DataPaths.ValCaptionsPath);
        Assert.Equal(1, configuration.TrainingConfig.SubsetRatio);
        Assert.Equal(16, configuration.TrainingConfig.BatchSize);
        Assert.Equal(10, configuration.TrainingConfig.NumEpochs);
        Assert.Equal(0.001, configuration.TrainingConfig.LearningRate);
        Assert.False(configuration.TrainingConfig.EnableGpu);
        Assert.Equal("trained_models/best_model.pkl", configuration.TrainingConfig.TrainedModelPath);
        Assert.Equal("figs/training_plots.png", configuration.TrainingConfig.MonitoringPlotsPath);
    }

    [Fact]
    public void Without_an_objective_it_trains_as_the_seed_does()
    {
        var configuration = ReferenceFile.Read();
        Assert.Equal("reference", configuration.OptimizationConfig.Objective);
        Assert.Equal(OptimizerKind.Adam, configuration.OptimizationConfig.Optimizer);
        Assert.Equal(LearningRateSchedule.Constant, configuration.OptimizationConfig.Schedule);
        Assert.True(configuration.OptimizationConfig.DropoutInFrozenParts);
        Assert.Equal(42, configuration.OptimizationConfig.Seed);
        Assert.True(configuration.DataConfig.Shuffle);
        Assert.Equal(1, configuration.DataConfig.BucketBatches);
        Assert.False(configuration.EvaluationConfig.BeforeTraining);
        Assert.Equal(["bertscore"], configuration.EvaluationConfig.MetricNames);
        Assert.Equal("roberta-large", configuration.EvaluationConfig.BertScoreModel);
        Assert.True(configuration.EvaluationConfig.PerCaption);
        Assert.Equal(5, configuration.EvaluationConfig.NumBeams);
        Assert.Equal(20, configuration.EvaluationConfig.MaxLength);
        Assert.Equal("linear_tanh", configuration.ProjectorConfig.Kind);
        Assert.Equal("logs/training.log", configuration.LoggingConfig.LogFile);
    }

    [Theory]
    [InlineData("corrected")]
    [InlineData("clipcap")]
    public void With_another_objective_the_defaults_are_those_of_the_trainers_options(string name)
    {
        var configuration = ReferenceFile.With("optimization_config", "objective", $"\"{name}\"");
        var usual = new CaptionTrainerOptions();
        Assert.Equal(name, configuration.OptimizationConfig.Objective);
        Assert.Equal(usual.Freezing.DropoutInFrozenParts, configuration.OptimizationConfig.DropoutInFrozenParts);
        Assert.Equal(usual.Loading.BucketBatches, configuration.DataConfig.BucketBatches);
        Assert.Equal(usual.Evaluation.BeforeTraining, configuration.EvaluationConfig.BeforeTraining);
        Assert.Equal(usual.Evaluation.PerCaption, configuration.EvaluationConfig.PerCaption);
        Assert.Empty(configuration.EvaluationConfig.MetricNames);
    }

    [Fact]
    public void What_the_seed_lets_out_has_the_seeds_defaults()
    {
        Assert.Equal([224, 224], ReferenceFile.With("clip_config", "image_size", null).ClipConfig.ImageSize);
        Assert.Null(ReferenceFile.With("gpt2_config", "n_layers_to_freeze", null).Gpt2Config.LayersToFreeze);
        Assert.Equal(1, ReferenceFile.With("training_config", "subset_ratio", null).TrainingConfig.SubsetRatio);
        Assert.False(ReferenceFile.With("training_config", "enable_GPU", null).TrainingConfig.EnableGpu);
    }

    [Theory]
    [InlineData("gpt2_config", "n_layers_to_freeze")]
    [InlineData("clip_config", "image_size")]
    [InlineData("training_config", "subset_ratio")]
    [InlineData("training_config", "enable_GPU")]
    [InlineData("evaluation_config", "max_images")]
    [InlineData("evaluation_config", "num_beams")]
    [InlineData("logging_config", "history")]
    [InlineData("", "evaluation_config")]
    [InlineData("data_config", "columns")]
    public void Null_is_as_good_as_leaving_an_optional_key_out(string section, string key)
    {
        var without = ReferenceFile.With(section, key, null);
        var withNull = ReferenceFile.With(section, key, "null");
        Assert.Equal(ConfigurationContract.SortedText(without), ConfigurationContract.SortedText(withNull));
    }

    [Fact]
    public void Null_is_a_value_of_its_own_where_it_stands_for_none() => Assert.Null(ReferenceFile.With("logging_config", "log_file", "null").LoggingConfig.LogFile);

    [Theory]
    [InlineData("1", 1.0)]
    [InlineData("2e-5", 2e-5)]
    [InlineData("0.5", 0.5)]
    public void Integers_do_for_numbers(string json, double expected) => Assert.Equal(expected, ReferenceFile.With("training_config", "learning_rate", json).TrainingConfig.LearningRate);

    [Theory]
    [InlineData("32")]
    [InlineData("32.0")]
    [InlineData("3.2e1")]
    public void Whole_numbers_do_for_integers(string json) => Assert.Equal(32, ReferenceFile.With("training_config", "batch_size", json).TrainingConfig.BatchSize);

    [Fact]
    public void The_seeds_sections_can_be_shown_in_the_seeds_order()
    {
        var sections = ReferenceFile.Read().ReferenceSections().ToDictionary(section => section.Key, section => section.Value.Select(field => field.Key));
        Assert.Equal(["clip_config", "gpt2_config", "data_paths", "training_config"], sections.Keys);
        Assert.Equal(["subset_ratio", "batch_size", "num_epochs", "learning_rate", "enable_GPU", "trained_model_path", "monitoring_plots_path"], sections["training_config"]);
        Assert.Equal(["model", "visual_tokens_length", "text_tokens_max_length", "n_layers_to_freeze"], sections["gpt2_config"]);
    }

    [Fact]
    public void Editors_may_put_the_address_of_the_schema_in() =>
        Assert.Equal(64, ReferenceFile.With("", "$schema", "\"training_config.schema.json\"").TrainingConfig.BatchSize);

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Equal(64, ReferenceFile.Parse('\uFEFF' + ReferenceFile.Text).TrainingConfig.BatchSize);

    [Fact]
    public void The_order_of_keys_and_sections_doesnt_matter()
    {
        var backwards = ReferenceFile.Parse("""
            {
              "optimization_config": { "objective": "corrected" },
              "training_config": { "monitoring_plots_path": "p", "trained_model_path": "m", "learning_rate": 1, "num_epochs": 1, "batch_size": 1 },
              "data_config": { "bucket_batches": 7 },
              "data_paths": { "val_captions_path": "v", "train_captions_path": "t" },
              "gpt2_config": { "text_tokens_max_length": 1, "visual_tokens_length": 1, "model": "g" },
              "clip_config": { "model": "c" }
            }
            """);
        Assert.Equal(7, backwards.DataConfig.BucketBatches);
        Assert.Empty(backwards.EvaluationConfig.MetricNames);
    }
}
