using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

public sealed class OverrideTests
{
    [Fact]
    public void A_value_is_JSON_or_else_a_text()
    {
        var configuration = ReferenceFile.Read(
            "training_config.batch_size=32", "training_config.learning_rate=5e-5", "training_config.enable_GPU=false", "gpt2_config.model=distilgpt2",
            "gpt2_config.n_layers_to_freeze=null", "evaluation_config.metrics=[\"cider\", \"bleu\"]", "clip_config.model=\"1\"", "logging_config.runs_csv=a=b.csv");
        Assert.Equal(32, configuration.TrainingConfig.BatchSize);
        Assert.Equal(5e-5, configuration.TrainingConfig.LearningRate);
        Assert.False(configuration.TrainingConfig.EnableGpu);
        Assert.Equal("distilgpt2", configuration.Gpt2Config.Model);
        Assert.Null(configuration.Gpt2Config.LayersToFreeze);
        Assert.Equal(["cider", "bleu"], configuration.EvaluationConfig.MetricNames);
        Assert.Equal("1", configuration.ClipConfig.Model);
        Assert.Equal("a=b.csv", configuration.LoggingConfig.RunsCsv);
    }

    [Fact]
    public void The_last_one_counts() => Assert.Equal(2, ReferenceFile.Read("training_config.batch_size=1", "training_config.batch_size=2").TrainingConfig.BatchSize);

    [Fact]
    public void A_whole_section_can_be_given() => Assert.Equal([], ReferenceFile.Read("evaluation_config={\"metrics\": []}").EvaluationConfig.MetricNames);

    [Fact]
    public void A_key_that_the_file_lacks_can_be_given()
    {
        var text = ReferenceFile.TextWith("training_config", "batch_size", null);
        Assert.Equal(8, ReferenceFile.Parse(text, "training_config.batch_size=8").TrainingConfig.BatchSize);
    }

    [Fact]
    public void An_objective_brings_its_defaults_with_it()
    {
        var configuration = ReferenceFile.Read("optimization_config.objective=corrected");
        Assert.Equal("corrected", configuration.OptimizationConfig.Objective);
        Assert.Equal(new CaptionTrainerOptions().Loading.BucketBatches, configuration.DataConfig.BucketBatches);
    }

    [Theory]
    [InlineData("training_config.batch_size=many", "--set training_config.batch_size=many: training_config.batch_size is \"many\"; it must be an integer from 1 to 65536.")]
    [InlineData("training_config.batch_size=0", "--set training_config.batch_size=0: training_config.batch_size is 0; it must be an integer from 1 to 65536.")]
    [InlineData("training_config.batch_sise=3", "--set training_config.batch_sise=3: training_config.batch_sise is no known key; the nearest known one is training_config.batch_size.")]
    [InlineData("training_config=3", "--set training_config=3: training_config is 3; it must be an object.")]
    public void Errors_name_the_option(string option, string expected) => Assert.Equal(expected, Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Read(option))));

    [Theory]
    [InlineData("batch")]
    [InlineData("=3")]
    [InlineData("training_config.=3")]
    public void Another_form_is_refused(string option) => Assert.Contains("section.key=value", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Read(option))), StringComparison.Ordinal);
}
