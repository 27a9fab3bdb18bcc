using System.Text;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Objectives;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

/// <summary>Metrics, forms of captions and objectives of a host, by name.</summary>
public sealed class TrainingKindsTests
{
    [Fact]
    public void A_file_names_what_a_host_has_added()
    {
        var kinds = Own();
        var configuration = Read(
            kinds, "evaluation_config.metrics=[\"exact\", \"bleu\"]", "evaluation_config.best_by=exact_share", "data_config.format=mine", "optimization_config.objective=first",
            "evaluation_config.per_caption=false");
        Assert.Equal(["exact", "bleu"], configuration.EvaluationConfig.MetricNames);
        Assert.Same(kinds.Objectives["first"], configuration.ToTrainerOptions().Objective);
        Assert.Contains("\"objective\":\"first\"", configuration.ToTrainerOptions().Checkpoints.Metadata["optimization_config"], StringComparison.Ordinal);
        Assert.Equal(new CaptionTrainerOptions().Loading.BucketBatches, configuration.DataConfig.BucketBatches);
        configuration.Validate();
    }

    [Fact]
    public void A_reward_is_one_of_those_that_reward()
    {
        string[] rewarded = ["optimization_config.objective=corrected", "self_critical_config.reward=exact"];
        Assert.Equal("exact", Read(Own(), rewarded).SelfCriticalConfig!.RewardName);
        Assert.Contains(
            "self_critical_config.reward is \"exact\"; it must be one of \"bleu\", \"meteor\", \"rouge\", \"cider\", \"bertscore\", \"clipscore\".",
            Assert.Single(Assert.Throws<ConfigurationException>(() => Read(new(), rewarded)).Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluation_config.metrics=[\"exakt\"]", "each one of \"bleu\", \"meteor\", \"rouge\", \"cider\", \"diversity\", \"bertscore\", \"clipscore\", \"exact\"")]
    [InlineData("data_config.format=yours", "\"clipcap\", \"mine\"")]
    [InlineData("optimization_config.objective=last", "one of \"corrected\", \"reference\", \"clipcap\", \"first\"")]
    public void A_name_that_isnt_known_is_an_error_that_lists_the_known_ones(string change, string listed) =>
        Assert.Contains(listed, Assert.Single(Assert.Throws<ConfigurationException>(() => Read(Own(), change)).Errors), StringComparison.Ordinal);

    [Fact]
    public void Names_are_the_same_in_capital_letters_and_are_kept_as_they_are_registered()
    {
        var configuration = Read(new(), "evaluation_config.metrics=[\"BLEU\", \"Cider\"]", "data_config.format=COCO", "optimization_config.objective=Corrected");
        Assert.Equal(["bleu", "cider"], configuration.EvaluationConfig.MetricNames);
        Assert.Equal(("coco", "corrected"), (configuration.DataConfig.Format, configuration.OptimizationConfig.Objective));
    }

    [Fact]
    public void Registries_say_what_they_know()
    {
        var kinds = Own();
        Assert.Contains("'blue' is no known metric: the known ones are bleu, meteor", Assert.Throws<CaptioningException>(() => kinds.Metrics["blue"]).Message, StringComparison.Ordinal);
        Assert.Contains("known ones are corrected, reference, clipcap, first", Assert.Throws<CaptioningException>(() => kinds.Objectives["last"]).Message, StringComparison.Ordinal);
        kinds.Metrics.Add("bleu", _ => new Exact());
        Assert.IsType<Exact>(kinds.Metrics["bleu"].Create(new()));
        Assert.IsType<BleuMetric>(new CaptionMetrics()["bleu"].Create(new()));
    }

    private static TrainingConfiguration Read(TrainingKinds kinds, params string[] changes) =>
        TrainingConfiguration.Parse(Encoding.UTF8.GetBytes(ReferenceFile.Text), ReferenceFile.Name, changes, kinds);

    private static TrainingKinds Own()
    {
        var kinds = new TrainingKinds();
        kinds.Metrics.Add("exact", _ => new Exact(), ["exact_share"]);
        kinds.Forms.Add(new CaptionForm("mine", _ => false, (_, _, _) => throw new NotSupportedException()));
        kinds.Objectives.Add(new CaptionObjective("first", (_, _) => new First()));
        return kinds;
    }

    private sealed class Exact : ICaptionMetric
    {
        public string Name => "Exact";

        public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
        {
            var perImage = corpus.Images.Select(image => image.References.Contains(image.Candidate) ? 1.0 : 0).ToList();
            return new MetricResult(Name, [new MetricScore("exact_share", perImage.Average(), perImage)]);
        }
    }

    /// <summary>The first token alone.</summary>
    private sealed class First() : CaptionTargets(0)
    {
        protected override int[] Build(int[] text) => text[..1];
    }
}
