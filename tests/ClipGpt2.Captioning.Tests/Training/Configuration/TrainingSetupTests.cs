using System.Formats.Tar;
using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

[Collection(nameof(CountsTensors))]
public sealed class TrainingSetupTests
{
    private static readonly string[] Roberta = [$"evaluation_config.bertscore_model={Golden("models/tiny-roberta")}", "evaluation_config.bertscore_num_layers=3"];

    /// <summary>A cache without models, whatever this machine's has.</summary>
    private static readonly ModelSearchOptions NoCache = new() { CacheFolder = Path.Combine(Path.GetTempPath(), "no-such-cache") };

    [Fact]
    public void The_golden_run_is_built_as_the_seed_builds_it()
    {
        using var setup = TrainingSetup.Create(Configuration(Roberta), NoCache);
        var encoder = Assert.IsType<ClipImageEncoder>(setup.Captioner.Encoder);
        var decoder = Assert.IsType<Gpt2CaptionDecoder>(setup.Captioner.Decoder);
        var projector = Assert.IsType<LinearTanhProjector>(setup.Captioner.Projector);
        Assert.Equal(new ImageSize(64, 64), encoder.Preprocessor.Options.Squash);
        Assert.Equal(new ImageSize(64, 64), encoder.Preprocessor.Options.CropSize);
        Assert.Equal((5, encoder.Features.Size, decoder.HiddenSize), (projector.PrefixLength, projector.Features.Size, projector.HiddenSize));
        Assert.NotEmpty(decoder.NamedParameters());
        Assert.Equal(2, projector.NamedParameters().Count());
        Assert.Throws<CaptioningException>(() => encoder.NamedParameters().ToList());
        Assert.Equal(200, setup.Training?.Count);
        Assert.Equal(100, setup.Validation.Count);
        Assert.Contains("layer 3", Assert.IsType<BertScoreMetric>(Assert.Single(setup.Options.Evaluation.Metrics)).Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposing_it_leaves_no_tensor_behind()
    {
        var before = CountsTensors.Settled();
        TrainingSetup.Create(Configuration(Roberta), NoCache).Dispose();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void The_seed_decides_the_fresh_projector()
    {
        Assert.Equal(FirstWeights("optimization_config.seed=7"), FirstWeights("optimization_config.seed=7"));
        Assert.NotEqual(FirstWeights("optimization_config.seed=7"), FirstWeights("optimization_config.seed=8"));
    }

    [Theory]
    [InlineData("linear", typeof(LinearProjector))]
    [InlineData("mlp", typeof(MlpProjector))]
    [InlineData("transformer", typeof(TransformerProjector))]
    public void Another_kind_of_projector_is_made_by_name(string kind, Type type)
    {
        using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", $"projector_config.kind={kind}", "projector_config.num_layers=2"), NoCache);
        Assert.IsType(type, setup.Captioner.Projector);
    }

    [Fact]
    public void The_encoder_is_trained_if_asked_for()
    {
        using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", "optimization_config.train_encoder=true"), NoCache);
        Assert.NotEmpty(((ClipImageEncoder)setup.Captioner.Encoder).NamedParameters());
    }

    [Fact]
    public void Metrics_are_found_by_name()
    {
        using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[\"cider\", \"bleu\", \"cider\", \"clipscore\"]", "evaluation_config.per_caption=false"), NoCache);
        Assert.Equal(3, setup.Options.Evaluation.Metrics.Count);
        var id = setup.Validation[0].ImageId;
        var scores = setup.Options.Evaluation.Metrics[2].Evaluate(new([new(id, "a circle", ["a square"])]), TestContext.Current.CancellationToken).Scores;
        Assert.Equal(["clipscore", "refclipscore"], scores.Select(score => score.Key));
    }

    [Fact]
    public void Without_roberta_large_it_stops_before_anything_is_loaded_and_says_what_to_do()
    {
        var error = Assert.Single(Errors());
        Assert.StartsWith($"{ReferenceFile.Name}: evaluation_config.bertscore_model is \"roberta-large\". There is no model 'roberta-large'", error, StringComparison.Ordinal);
        Assert.Contains("Name another model with evaluation_config.bertscore_model", error, StringComparison.Ordinal);
        Assert.Contains("leave bertscore out of evaluation_config.metrics", error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_missing_is_said_at_once()
    {
        var errors = Errors("clip_config.model=no/clip", "gpt2_config.model=no/gpt2", "data_paths.train_captions_path=no.json", "data_paths.val_captions_path=none.json");
        string[] keys = ["clip_config.model", "gpt2_config.model", "data_paths.train_captions_path", "data_paths.val_captions_path", "evaluation_config.bertscore_model"];
        Assert.Equal(keys, errors.Select(error => error.Split(' ')[1]));
    }

    [Fact]
    public void Files_that_are_needed_late_are_missed_early()
    {
        var errors = Errors(
            "clip_config.model=no/clip", "evaluation_config.metrics=[\"meteor\"]", "evaluation_config.meteor_data=no/meteor", "data_config.embedding_store=no/store",
            "checkpoint_config.resume=true", "training_config.trained_model_path=no/model.pkl");
        string[] keys = ["clip_config.model", "data_config.embedding_store", "training_config.trained_model_path", "evaluation_config.meteor_data"];
        Assert.Equal(keys, errors.Select(error => error.Split(' ')[1]));
        Assert.Contains("is \"no/model.pkl\". There is no run to resume", errors[2], StringComparison.Ordinal);
        using var unused = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", "evaluation_config.meteor_data=no/meteor"), NoCache);
    }

    [Theory]
    [InlineData("clip_config.model=models/tiny-gpt2", "clip_config.model")]
    [InlineData("gpt2_config.model=models/tiny-clip", "gpt2_config.model")]
    [InlineData("evaluation_config.bertscore_model=models/tiny-gpt2", "evaluation_config.bertscore_model")]
    [InlineData("evaluation_config.bertscore_num_layers=30", "evaluation_config.bertscore_num_layers")]
    [InlineData("evaluation_config.bertscore_num_layers=null", "evaluation_config.bertscore_num_layers")]
    [InlineData("gpt2_config.text_tokens_max_length=500", "gpt2_config.text_tokens_max_length")]
    [InlineData("evaluation_config.max_length=500", "evaluation_config.max_length")]
    public void What_doesnt_fit_the_models_is_named_by_its_key(string change, string key)
    {
        var (name, value) = (change.Split('=')[0], change.Split('=')[1]);
        var errors = Errors([.. Roberta, $"{name}={(value.StartsWith("models/", StringComparison.Ordinal) ? Golden(value) : value)}"]);
        Assert.Contains($" {key} is ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Embeddings_that_cant_pass_as_they_are_are_named() => Assert.Equal(
        $"{ReferenceFile.Name}: projector_config.kind is \"identity\"; the encoder's embeddings have 48 numbers and GPT-2's vectors 64, so it must be another kind.",
        Assert.Single(Errors([.. Roberta, "projector_config.kind=identity", "gpt2_config.visual_tokens_length=1"])));

    [Fact]
    public void Heads_that_dont_divide_the_hidden_size_are_named() => Assert.Equal(
        $"{ReferenceFile.Name}: projector_config.num_heads is 7; it must divide GPT-2's hidden size, 64.",
        Assert.Single(Errors([.. Roberta, "projector_config.kind=transformer", "projector_config.num_heads=7"])));

    [Fact]
    public void Tar_shards_are_trained_on_as_a_stream()
    {
        var shard = Path.ChangeExtension(Path.GetTempFileName(), ".tar");
        try
        {
            using (var tar = new TarWriter(File.Create(shard)))
            {
                tar.WriteEntry(Golden("scenes/scene_000000.jpg"), "0.jpg");
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "0.txt") { DataStream = new MemoryStream("a red circle"u8.ToArray()) });
            }

            string[] changes = ["evaluation_config.metrics=[]", $"data_paths.train_captions_path={shard}"];
            using var setup = TrainingSetup.Create(Configuration(changes), NoCache);
            Assert.Null(setup.Training);
            Assert.Equal("a red circle", Assert.Single(setup.TrainingStream!.Read(0, TestContext.Current.CancellationToken)).Caption);
            Assert.Equal($"{ReferenceFile.Name}: training_config.subset_ratio is 0.5; captions of the form tar_shards aren't counted, so it must be 1.", Assert.Single(Errors([.. changes, "training_config.subset_ratio=0.5"])));
            Assert.Contains(
                "captions of the form tar_shards don't come with all of a picture's together, which self_critical_config needs",
                Assert.Single(Errors([.. changes, "optimization_config.objective=corrected", "self_critical_config={}"])), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(shard);
        }
    }

    [Fact]
    public async Task The_golden_run_trains()
    {
        var folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            using var setup = TrainingSetup.Create(
                Configuration("evaluation_config.metrics=[]", "optimization_config.max_steps=2", $"training_config.trained_model_path={Path.Combine(folder, "model.pkl")}"), NoCache);
            var result = await setup.TrainAsync(token: TestContext.Current.CancellationToken);
            Assert.Equal(2, result.Steps);
            using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
            Assert.Equal("""{"image_size":[64,64],"model":""" + $"{JsonSerializer.Serialize(Golden("models/tiny-clip"))}}}", checkpoint.Metadata["clip_config"]);
            Assert.Contains("embedding_dim", checkpoint.Metadata["projector_config"], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_run_on_rewards_starts_from_a_checkpoint()
    {
        var folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            string[] common =
            [
                "evaluation_config.metrics=[]", "optimization_config.objective=corrected", "evaluation_config.before_training=false", "optimization_config.max_steps=1",
                "gpt2_config.n_layers_to_freeze=0", $"training_config.trained_model_path={Path.Combine(folder, "model.pkl")}",
            ];
            using var first = TrainingSetup.Create(Configuration(common), NoCache);
            var start = (await first.TrainAsync(token: TestContext.Current.CancellationToken)).BestCheckpoint!;

            string[] rewarded = [.. common, $"self_critical_config.checkpoint={start}", "self_critical_config.samples=3", "self_critical_config.reward=rouge", "optimization_config.seed=5"];
            using var second = TrainingSetup.Create(Configuration([.. rewarded, $"training_config.trained_model_path={Path.Combine(folder, "rewarded.pkl")}"]), NoCache);
            Assert.Equal(((LinearTanhProjector)first.Captioner.Projector).NamedParameters().First().Value, ((LinearTanhProjector)second.Captioner.Projector).NamedParameters().First().Value);
            Assert.IsType<RougeLMetric>(second.Options.SelfCritical!.Reward);
            var result = await second.TrainAsync(token: TestContext.Current.CancellationToken);
            Assert.True(result.History[0].TrainReward > 0);
            using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
            Assert.Contains("\"samples\":3", checkpoint.Metadata["self_critical_config"], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("self_critical_config.checkpoint=none.safetensors", "self_critical_config.checkpoint is \"none.safetensors\". ")]
    [InlineData("self_critical_config.max_new_tokens=500", "self_critical_config.max_new_tokens is 500; with 5 visual tokens before it, GPT-2's")]
    [InlineData("self_critical_config.reward=bertscore", "evaluation_config.bertscore_model is \"roberta-large\". There is no model")]
    public void What_rewards_need_and_isnt_there_is_named(string change, string expected)
    {
        var errors = Errors("evaluation_config.metrics=[]", "optimization_config.objective=corrected", change);
        Assert.StartsWith($"{ReferenceFile.Name}: {expected}", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_GPU_that_isnt_there_is_warned_of()
    {
        var log = new ListLogger<TrainingSetup>();
        using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", "training_config.enable_GPU=true"), NoCache, log);
        Assert.Equal(!torch.cuda_is_available(), log.Lines.Any(line => line.StartsWith("Warning: training_config.enable_GPU is true, but no GPU can be used", StringComparison.Ordinal)));
        Assert.Contains(log.Lines, line => line.StartsWith("Information: Selected device: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Pictures_can_be_left_to_CLIPs_own_preprocessing()
    {
        using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", "clip_config.keep_aspect=true"), NoCache);
        Assert.Null(setup.Captioner.Encoder.Preprocessor.Options.Squash);
    }

    [Fact]
    public void A_captioner_that_is_saved_squashes_pictures_as_it_was_trained_to()
    {
        var folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", "clip_config.image_size=[80, 48]"), NoCache);
            setup.Captioner.Save(folder);
            using var loaded = Captioner.FromPretrained(folder);
            Assert.Equal(new ImageSize(80, 48), loaded.Encoder.Preprocessor.Options.Squash);
            Assert.Equal(setup.Captioner.Caption(Golden("scenes/scene_000000.jpg")).Text, loaded.Caption(Golden("scenes/scene_000000.jpg")).Text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<string> Errors(params string[] changes) =>
        Assert.Throws<ConfigurationException>(() => TrainingSetup.Create(Configuration(changes), NoCache)).Errors;

    private static float[] FirstWeights(string seed)
    {
        using var setup = TrainingSetup.Create(Configuration("evaluation_config.metrics=[]", seed), NoCache);
        return ((LinearTanhProjector)setup.Captioner.Projector).NamedParameters().First().Value.data<float>().ToArray();
    }

    /// <summary>The golden run, from wherever the tests run.</summary>
    private static TrainingConfiguration Configuration(params string[] changes) => TrainingConfiguration.Parse(
        File.ReadAllBytes(Golden("seed_run/training_config.json")),
        ReferenceFile.Name,
        [
            $"clip_config.model={Golden("models/tiny-clip")}", $"gpt2_config.model={Golden("models/tiny-gpt2")}",
            $"data_paths.train_captions_path={Golden("seed_run/train.json")}", $"data_paths.val_captions_path={Golden("seed_run/val.json")}",
            $"data_config.train_images={ReferenceFile.Golden}", $"data_config.val_images={ReferenceFile.Golden}", .. changes,
        ]);

    private static string Golden(string name) => Path.Combine(ReferenceFile.Golden, name);
}
