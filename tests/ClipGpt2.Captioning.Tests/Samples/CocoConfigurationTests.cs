using System.Text.Json;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Tests.Training.Configuration;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using TrainCoco;

namespace ClipGpt2.Captioning.Tests.Samples;

/// <summary>The configuration files of the sample TrainCoco say what its code does.</summary>
public sealed class CocoConfigurationTests
{
    private const int EmbeddingDimension = 512;
    private const int HiddenSize = 768;
    private const int Blocks = 12;

    [Fact]
    public void The_seeds_form_is_the_seeds_own_file()
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(PathOf("coco_seed.json")));
        using var seed = JsonDocument.Parse(ReferenceFile.Text);
        Assert.True(JsonElement.DeepEquals(seed.RootElement, sample.RootElement));
    }

    [Fact]
    public void ClipCaps_form_trains_the_transformer_alone()
    {
        var configuration = Load("coco_clipcap.json");
        Assert.Equal("clipcap", configuration.OptimizationConfig.Objective);
        Assert.True(configuration.OptimizationConfig.FreezeDecoder);
        Assert.Equal(["bleu", "cider"], configuration.EvaluationConfig.MetricNames);
        Assert.Equivalent(Load("coco_seed.json").DataPaths, configuration.DataPaths);
    }

    [Theory]
    [InlineData("coco_seed.json", CocoForm.Reference)]
    [InlineData("coco_clipcap.json", CocoForm.ClipCap)]
    internal void Files_and_code_train_alike(string file, CocoForm form)
    {
        var configuration = Load(file);
        var recipe = new CocoRecipe(form, configuration.TrainingConfig.NumEpochs, null);
        var (expected, actual) = (configuration.ToTrainerOptions(), recipe.Options("coco", Blocks));
        Assert.Equal(
            configuration.ProjectorConfig.ToConfig(configuration.Gpt2Config.VisualTokensLength, new(EmbeddingDimension), HiddenSize).ToJson().ToJsonString(),
            recipe.Projector(EmbeddingDimension, HiddenSize).ToJson().ToJsonString());
        Assert.Equal(
            (expected.Objective, expected.Epochs, expected.BatchSize, expected.LearningRate, expected.MaxTextTokens, expected.SubsetRatio, expected.Seed),
            (actual.Objective, actual.Epochs, actual.BatchSize, actual.LearningRate, actual.MaxTextTokens, actual.SubsetRatio, actual.Seed));
        Assert.Equivalent(expected.Freezing, actual.Freezing);
        Assert.Equivalent(actual.Optimization, expected.Optimization);
        Assert.Equal(
            (expected.Loading.Shuffle, expected.Loading.BucketBatches, expected.Loading.DropLast),
            (actual.Loading.Shuffle, actual.Loading.BucketBatches, actual.Loading.DropLast));
        Assert.Equal(form == CocoForm.Reference, !configuration.ClipConfig.KeepAspect);
        Assert.Equal(
            (expected.Evaluation.Decoding.Beams, expected.Evaluation.Decoding.MaxLength, expected.Evaluation.BestBy),
            (actual.Evaluation.Decoding.Beams, actual.Evaluation.Decoding.MaxLength, actual.Evaluation.BestBy));
    }

    private static TrainingConfiguration Load(string file) => TrainingConfiguration.Load(PathOf(file));

    private static string PathOf(string file) => Path.Combine(SampleCaptioner.Repository, "samples", "TrainCoco", "config", file);
}
