using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

public sealed class TrainerOptionsTests
{
    [Fact]
    public void The_seeds_file_becomes_the_seeds_options()
    {
        var options = ReferenceFile.Read().ToTrainerOptions();
        Assert.Equal(10, options.Epochs);
        Assert.Null(options.MaxSteps);
        Assert.Equal(64, options.BatchSize);
        Assert.Equal(1e-4, options.LearningRate);
        Assert.Equal(10, options.MaxTextTokens);
        Assert.Equal(0.4, options.SubsetRatio);
        Assert.Equal(42, options.Seed);
        Assert.Equal(CaptionObjective.Reference, options.Objective);
        Assert.Equal(10, options.Freezing.Blocks);
        Assert.True(options.Freezing.Encoder);
        Assert.True(options.Freezing.DropoutInFrozenParts);
        Assert.Equal(1, options.Loading.BucketBatches);
        Assert.False(options.Evaluation.BeforeTraining);
        Assert.True(options.Evaluation.PerCaption);
        Assert.Equal(5, options.Evaluation.Decoding.Beams);
        Assert.Null(options.Evaluation.Decoding.MaxNewTokens);
        Assert.Equal(20, options.Evaluation.Decoding.MaxLength);
        Assert.Equal(EarlyStopping.WhenFull, options.Evaluation.Decoding.EarlyStopping);
        Assert.Equal("trained_models/best_model.pkl", options.Checkpoints.Path);
        options.Validate();
    }

    [Theory]
    [InlineData("optimization_config.max_steps=7", nameof(CaptionTrainerOptions.MaxSteps))]
    [InlineData("optimization_config.label_smoothing=0.25", nameof(CaptionTrainerOptions.LabelSmoothing))]
    [InlineData("optimization_config.seed=-9", nameof(CaptionTrainerOptions.Seed))]
    [InlineData("optimization_config.train_encoder=true", "Freezing.Encoder")]
    [InlineData("optimization_config.freeze_embeddings=true", "Freezing.Embeddings")]
    [InlineData("optimization_config.dropout_in_frozen_parts=false", "Freezing.DropoutInFrozenParts")]
    [InlineData("optimization_config.optimizer=adamw", "Optimization.Optimizer")]
    [InlineData("optimization_config.weight_decay=0.01", "Optimization.WeightDecay")]
    [InlineData("optimization_config.gradient_norm_type=3", "Optimization.GradientNormType")]
    [InlineData("optimization_config.warmup_steps=100", "Optimization.WarmupSteps")]
    [InlineData("data_config.shuffle=false", "Loading.Shuffle")]
    [InlineData("data_config.embedding_store=store", "Loading.EmbeddingStore")]
    [InlineData("data_config.bad_images=skip", "Loading.BadImages")]
    [InlineData("evaluation_config.before_training=true", "Evaluation.BeforeTraining")]
    [InlineData("evaluation_config.every_steps=50", "Evaluation.EverySteps")]
    [InlineData("evaluation_config.max_images=100", "Evaluation.MaxImages")]
    [InlineData("evaluation_config.num_beams=1", "Evaluation.Decoding.Beams")]
    [InlineData("evaluation_config.max_length=30", "Evaluation.Decoding.MaxLength")]
    [InlineData("evaluation_config.per_caption=false", "Evaluation.PerCaption")]
    [InlineData("evaluation_config.samples=3", "Evaluation.Samples")]
    [InlineData("evaluation_config.best_by=bertscore_f", "Evaluation.BestBy")]
    [InlineData("evaluation_config.lower_is_better=false", "Evaluation.LowerIsBetter")]
    [InlineData("evaluation_config.patience=4", "Evaluation.Patience")]
    [InlineData("checkpoint_config.save_last=true", "Checkpoints.SaveLast")]
    [InlineData("checkpoint_config.save_state=false", "Checkpoints.SaveState")]
    [InlineData("checkpoint_config.state_every_steps=11", "Checkpoints.StateEverySteps")]
    [InlineData("checkpoint_config.resume=true", "Checkpoints.Resume")]
    public void Each_key_changes_its_option(string change, string option)
    {
        var before = Value(ReferenceFile.Read().ToTrainerOptions(), option);
        var after = Value(ReferenceFile.Read(change).ToTrainerOptions(), option);
        Assert.NotEqual(before, after);
    }

    [Theory]
    [InlineData("samples=7", "SelfCritical.Samples")]
    [InlineData("baseline=greedy", "SelfCritical.Baseline")]
    [InlineData("temperature=0.5", "SelfCritical.Temperature")]
    [InlineData("max_new_tokens=12", "SelfCritical.MaxNewTokens")]
    [InlineData("end_is_word=false", "SelfCritical.EndIsWord")]
    public void Each_key_of_the_rewards_changes_its_option(string change, string option)
    {
        const string Objective = "optimization_config.objective=corrected";
        var before = Value(ReferenceFile.Read(Objective, "self_critical_config={}").ToTrainerOptions(), option);
        var after = Value(ReferenceFile.Read(Objective, $"self_critical_config.{change}").ToTrainerOptions(), option);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Rewards_are_there_with_their_section_alone_and_have_the_trainers_defaults()
    {
        Assert.Null(ReferenceFile.Read("self_critical_config=null").ToTrainerOptions().SelfCritical);
        var (section, usual) = (ReferenceFile.Read("optimization_config.objective=corrected", "self_critical_config={}").ToTrainerOptions().SelfCritical!, new SelfCriticalOptions());
        Assert.Equal(
            (usual.Samples, usual.Baseline, usual.Temperature, usual.MaxNewTokens, usual.EndIsWord, usual.Reward),
            (section.Samples, section.Baseline, section.Temperature, section.MaxNewTokens, section.EndIsWord, section.Reward));
        Assert.DoesNotContain("self_critical_config", ReferenceFile.Read().ToTrainerOptions().Checkpoints.Metadata.Keys);
    }

    [Fact]
    public void Freezing_the_decoder_goes_without_blocks()
    {
        var options = ReferenceFile.Read("optimization_config.freeze_decoder=true", "gpt2_config.n_layers_to_freeze=null").ToTrainerOptions();
        Assert.True(options.Freezing.Decoder);
        Assert.Equal(0, options.Freezing.Blocks);
    }

    [Fact]
    public void The_section_asks_for_adapters()
    {
        Assert.Null(ReferenceFile.Read().ToTrainerOptions().Lora);
        Assert.DoesNotContain("lora_config", ReferenceFile.Read().ToTrainerOptions().Checkpoints.Metadata.Keys);
        var options = ReferenceFile.Read(
            "gpt2_config.n_layers_to_freeze=null", "lora_config.rank=4", "lora_config.alpha=5", "lora_config.dropout=0.1", "lora_config.target_modules=[\"c_fc\", \"attn.c_proj\"]",
            "lora_config.rank_stabilized=true").ToTrainerOptions();
        options.Validate();
        Assert.Equal((4, 5.0, 0.1, true), (options.Lora!.Rank, options.Lora.Alpha, options.Lora.Dropout, options.Lora.RankStabilized));
        Assert.Equal(["c_fc", "attn.c_proj"], options.Lora.TargetModules);
        Assert.Contains("\"rank\":4", options.Checkpoints.Metadata["lora_config"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_AdamW_may_go_without_correction_and_any_norm_be_clipped()
    {
        var options = ReferenceFile.Read(
            "optimization_config.optimizer=transformers_adamw", "optimization_config.correct_bias=false", "optimization_config.gradient_norm_type=Infinity",
            "optimization_config.max_gradient_norm=1").ToTrainerOptions();
        options.Validate();
        Assert.Equal((false, double.PositiveInfinity), (options.Optimization.CorrectBias, options.Optimization.GradientNormType));
        Assert.Contains("\"gradient_norm_type\":\"Infinity\"", options.Checkpoints.Metadata["optimization_config"], StringComparison.Ordinal);
    }

    [Fact]
    public void Each_option_has_a_key_but_for_those_that_no_file_can_hold()
    {
        string[] without =
        [
            "SelfCritical.Reward", "SelfCritical.RewardKey", "Evaluation.Metrics", "Evaluation.Decoding", "Checkpoints.Metadata", "Observers", "Freezing",
            "Evaluation.Decoding.Beams", "Evaluation.Decoding.MaxLength",
        ];
        var options = PathsOf(typeof(CaptionTrainerOptions), "").ToList();
        Assert.Equal(options.Except(without).Order(), TrainerOptionMap.Keys.Keys.Where(path => options.Contains(path) || !without.Contains(path)).Except(without).Order());
        Assert.Equal(TrainerOptionMap.Keys.Count, TrainerOptionMap.Keys.Values.Distinct().Count());
    }

    [Fact]
    public void Changing_the_options_leaves_the_configuration_alone()
    {
        var configuration = ReferenceFile.Read();
        var options = configuration.ToTrainerOptions();
        (options.Optimization.Momentum, options.Loading.Threads, options.Evaluation.Samples, options.Checkpoints.SaveLast) = (0.5, 99, 77, true);
        options.Evaluation.Metrics.Add(new ClipGpt2.Captioning.Metrics.Bleu.BleuMetric());
        Assert.Equal((0.0, 2, 8, false), (configuration.OptimizationConfig.Momentum, configuration.DataConfig.Threads, configuration.EvaluationConfig.Samples, configuration.CheckpointConfig.SaveLast));
        Assert.Empty(configuration.EvaluationConfig.Metrics);
    }

    [Fact]
    public void Limits_of_the_file_are_within_those_of_the_options()
    {
        ReferenceFile.Read(
            "training_config.batch_size=65536", "training_config.num_epochs=1000000", "training_config.learning_rate=1000", "training_config.subset_ratio=1e300",
            "gpt2_config.text_tokens_max_length=1024", "gpt2_config.n_layers_to_freeze=1024", "optimization_config.label_smoothing=0.999", "evaluation_config.samples=10000",
            "evaluation_config.num_beams=1024").ToTrainerOptions().Validate();
    }

    [Fact]
    public void Metadata_holds_the_sections_as_JSON_with_sorted_keys()
    {
        var metadata = ReferenceFile.Read().ToTrainerOptions().Checkpoints.Metadata;
        Assert.Equal("""{"image_size":[224,224],"model":"openai/clip-vit-base-patch32"}""", metadata["clip_config"]);
        Assert.Equal("""{"model":"gpt2","n_layers_to_freeze":10,"text_tokens_max_length":10,"visual_tokens_length":5}""", metadata["gpt2_config"]);
        Assert.Contains("\"compatibility\":\"transformers4\"", ReferenceFile.Read("gpt2_config.compatibility=transformers4").ToTrainerOptions().Checkpoints.Metadata["gpt2_config"], StringComparison.Ordinal);
        using var training = JsonDocument.Parse(metadata["training_config"]);
        Assert.Equal(
            ["batch_size", "enable_GPU", "learning_rate", "monitoring_plots_path", "num_epochs", "subset_ratio", "trained_model_path"],
            training.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1e-4, training.RootElement.GetProperty("learning_rate").GetDouble());
    }

    [Fact]
    public void Resuming_changes_nothing_in_the_metadata() =>
        Assert.Equal(ReferenceFile.Read().ToTrainerOptions().Checkpoints.Metadata, ReferenceFile.Read("checkpoint_config.resume=true").ToTrainerOptions().Checkpoints.Metadata);

    private static IEnumerable<string> PathsOf(Type group, string path) => new CodeWords().KeysOf(group).SelectMany(
        key => key.IsSection ? PathsOf(key.Type, $"{path}{key.Name}.").Prepend(path + key.Name) : [path + key.Name]);

    private static object? Value(object options, string path) =>
        path.Split('.').Aggregate((object?)options, (owner, name) => owner!.GetType().GetProperty(name)!.GetValue(owner));
}
