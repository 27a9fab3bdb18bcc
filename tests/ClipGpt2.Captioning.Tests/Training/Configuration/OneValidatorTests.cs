using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

/// <summary>The same rules judge a file and options made in code; each has its own words.</summary>
public sealed class OneValidatorTests
{
    private static readonly Dictionary<string, (string[] Changes, Action<CaptionTrainerOptions> Change)> Wrong = new()
    {
        ["optimization_config.ams_grad is true; only the optimizers \"adam\" and \"adamw\" have it, and optimization_config.optimizer is \"sgd\"."] =
            (["optimization_config.optimizer=sgd", "optimization_config.ams_grad=true"], o => (o.Optimization.Optimizer, o.Optimization.AmsGrad) = (OptimizerKind.Sgd, true)),
        ["optimization_config.final_learning_rate is 0.5; with the optimization_config.schedule \"polynomial\" it must be below training_config.learning_rate (0.0001)."] =
            (["optimization_config.schedule=polynomial", "optimization_config.final_learning_rate=0.5"], o => (o.Optimization.Schedule, o.Optimization.FinalLearningRate) = (LearningRateSchedule.Polynomial, 0.5)),
        ["optimization_config.cycles is 1.5; with the optimization_config.schedule \"cosine_with_restarts\" it must be a whole number."] =
            (["optimization_config.schedule=cosine_with_restarts", "optimization_config.cycles=1.5"], o => (o.Optimization.Schedule, o.Optimization.Cycles) = (LearningRateSchedule.CosineWithRestarts, 1.5)),
        ["optimization_config.nesterov is true; it needs a optimization_config.momentum above 0."] =
            (["optimization_config.nesterov=true"], o => o.Optimization.Nesterov = true),
        ["optimization_config.correct_bias is false; only the optimizer \"transformers_adamw\" goes without the correction."] =
            (["optimization_config.correct_bias=false"], o => o.Optimization.CorrectBias = false),
        ["optimization_config.freeze_decoder is true; the whole decoder holds its blocks, so leave gpt2_config.n_layers_to_freeze (10) out."] =
            (["optimization_config.freeze_decoder=true"], o => (o.Freezing.Decoder, o.Freezing.Blocks) = (true, 10)),
        ["lora_config.rank is 8; adapters are trained while all of GPT-2 stays, so leave gpt2_config.n_layers_to_freeze (10) and optimization_config.freeze_decoder out."] =
            (["lora_config={}"], o => (o.Lora, o.Freezing.Blocks) = (new(), 10)),
        ["data_config.embedding_store is \"store\"; embeddings that were computed before don't follow an encoder in training, so leave it out, or optimization_config.train_encoder."] =
            (["optimization_config.train_encoder=true", "data_config.embedding_store=store"], o => (o.Freezing.Encoder, o.Loading.EmbeddingStore) = (false, "store")),
        ["lora_config.target_modules is []; it must be a list of 1 or more values, each a text that isn't empty."] =
            (["gpt2_config.n_layers_to_freeze=null", "lora_config.target_modules=[]"], o => o.Lora = new() { TargetModules = [] }),
        ["training_config.learning_rate is 0; it must be a number above 0, at most 1000."] = (["training_config.learning_rate=0"], o => o.LearningRate = 0),
        ["evaluation_config.samples is -1; it must be an integer from 0 to 10000."] = (["evaluation_config.samples=-1"], o => o.Evaluation.Samples = -1),
    };

    public static TheoryData<string> Errors => new(Wrong.Keys);

    [Theory]
    [MemberData(nameof(Errors))]
    public void A_file_and_code_are_judged_alike(string expected)
    {
        var (changes, change) = Wrong[expected];
        Assert.EndsWith($": {expected}", Assert.Single(ReferenceFile.Errors(() => ReferenceFile.Read(changes))), StringComparison.Ordinal);

        var options = new CaptionTrainerOptions();
        change(options);
        var words = TrainerOptionMap.Keys.OrderByDescending(pair => pair.Value.Length).Aggregate(expected, (text, pair) => text.Replace(pair.Value, pair.Key, StringComparison.Ordinal));
        Assert.Equal(
            $"CaptionTrainerOptions: {InCode(words)}",
            Assert.Single(Assert.Throws<ConfigurationException>(options.Validate).Errors));
    }

    [Fact]
    public void All_errors_of_options_made_in_code_come_together()
    {
        var options = new CaptionTrainerOptions { BatchSize = 0, Optimization = { Optimizer = (OptimizerKind)9, Beta1 = double.NaN }, Evaluation = { BestBy = " ", Decoding = new() { Beams = 0 } }, Checkpoints = { Resume = true } };
        Assert.Equal(
            [
                "BatchSize is 0; it must be an integer from 1 to 65536.",
                "Optimization.Optimizer is 9; it must be one of Adam, AdamW, TransformersAdamW, Sgd.",
                "Optimization.Beta1 is NaN; it must be a number from 0 to 0.9999999.",
                "Evaluation.BestBy is \" \"; it must be a text that isn't empty.",
                "Checkpoints.Resume is true; it needs the Checkpoints.Path of the run that is to go on.",
                "Evaluation.Decoding can't be followed: Beams, BeamGroups and ReturnedSequences must be 1 or more.",
            ],
            Assert.Throws<ConfigurationException>(options.Validate).Errors.Select(error => error.Replace("CaptionTrainerOptions: ", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_group_that_is_null_is_named()
    {
        var options = new CaptionTrainerOptions { Optimization = null!, Observers = null!, Objective = null! };
        Assert.Equal(
            ["Objective is null; it must be given.", "Optimization is null; it must be an object.", "Observers is null; it must be given."],
            Assert.Throws<ConfigurationException>(options.Validate).Errors.Select(error => error.Replace("CaptionTrainerOptions: ", "", StringComparison.Ordinal)));
        var configuration = ReferenceFile.Read();
        configuration.EvaluationConfig = null!;
        Assert.Equal(
            $"{ReferenceFile.Name}: evaluation_config is null; it must be an object.", Assert.Single(Assert.Throws<ConfigurationException>(configuration.Validate).Errors));
    }

    [Theory]
    [InlineData("cycles=1.5", "schedule=cosine")]
    [InlineData("final_learning_rate=0.5", "schedule=linear")]
    [InlineData("ams_grad=true", "optimizer=adamw")]
    public void What_goes_together_is_taken(params string[] changes) => ReferenceFile.Read([.. changes.Select(change => $"optimization_config.{change}")]);

    /// <summary>In code names have no quotation marks, but texts have.</summary>
    private static string InCode(string text)
    {
        foreach (var (name, member) in new[] { ("\"adamw\"", "AdamW"), ("\"adam\"", "Adam"), ("\"sgd\"", "Sgd"), ("\"polynomial\"", "Polynomial"), ("\"cosine_with_restarts\"", "CosineWithRestarts"), ("\"transformers_adamw\"", "TransformersAdamW") })
        {
            text = text.Replace(name, member, StringComparison.Ordinal);
        }

        return text;
    }
}
