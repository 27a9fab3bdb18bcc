using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Training.Configuration;

/// <summary>
/// A GPT-2 whose configuration transformers 4 and 5 read differently: what the run computes with is what the configuration asks for, and the
/// checkpoint and a folder made of it go on with that.
/// </summary>
[Collection(nameof(CountsTensors))]
public sealed class CompatibilityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
    private readonly string _gpt2;

    public CompatibilityTests()
    {
        _gpt2 = Directory.CreateDirectory(Path.Combine(_folder, "gpt2")).FullName;
        Array.ForEach(Directory.GetFiles(Golden("models/tiny-gpt2")), file => File.Copy(file, Path.Combine(_gpt2, Path.GetFileName(file))));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_gpt2, "config.json")))!;
        config["scale_attn_by_inverse_layer_idx"] = true;
        File.WriteAllText(Path.Combine(_gpt2, "config.json"), config.ToJsonString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_computes_as_the_version_does_that_it_asks_for()
    {
        var unscaled = await Train("plain", Golden("models/tiny-gpt2"));
        var four = await Train("four", _gpt2, "transformers4");
        var five = await Train("five", _gpt2);
        Assert.Equal(unscaled.Loss, four.Loss);
        Assert.NotEqual(four.Loss, five.Loss);
        Assert.NotEqual(five.Loss, (await Train("five-on-plain", Golden("models/tiny-gpt2"), "transformers5")).Loss);
    }

    [Fact]
    public async Task Its_checkpoint_and_a_folder_made_of_that_go_on_with_it()
    {
        var (path, _) = await Train("four", _gpt2, "transformers4");
        using var checkpoint = CaptionCheckpoint.Open(path);
        Assert.Equal("transformers4", (string?)JsonNode.Parse(checkpoint.Metadata["gpt2_config"])!["compatibility"]);
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new() { Trainable = TrainableParts.ProjectorAndDecoder });
        Assert.Equal(ModelCompatibility.Transformers4, ReadingOf(captioner));

        var folder = Path.Combine(_folder, "captioner");
        captioner.Save(folder);
        using var saved = Captioner.FromPretrained(folder);
        Assert.Equal(ModelCompatibility.Transformers4, ReadingOf(saved));
        var picture = Golden("scenes/scene_000000.jpg");
        Assert.Equal(captioner.Caption(picture).Best.Sequence.Score, saved.Caption(picture).Best.Sequence.Score, 1e-5);

        using var other = Captioner.FromPretrained(folder, new() { Compatibility = ModelCompatibility.Transformers5 });
        Assert.Equal(ModelCompatibility.Transformers5, ReadingOf(other));
        Assert.NotEqual(captioner.Caption(picture).Best.Sequence.Score, other.Caption(picture).Best.Sequence.Score, 1e-5);
    }

    [Fact]
    public async Task It_doesnt_go_on_in_a_captioner_that_is_read_otherwise()
    {
        var (path, _) = await Train("four", _gpt2, "transformers4");
        using var setup = TrainingSetup.Create(Configuration("five", _gpt2, "transformers5"));
        using var checkpoint = CaptionCheckpoint.Open(path);
        var error = Assert.Throws<CheckpointFormatException>(() => setup.Captioner.Apply(checkpoint));
        Assert.Contains("as transformers4 reads them", error.Message, StringComparison.Ordinal);
        Assert.Contains("gpt2_config.compatibility", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("captioner.json", "$.decoder.compatibility is 'transformers3', and must be one of transformers5, transformers4.")]
    public void An_unknown_version_is_refused_by_name(string file, string expected)
    {
        using var copy = new CaptionerCopy();
        var json = JsonNode.Parse(File.ReadAllText(copy.PathOf(file)))!;
        json["decoder"]!["compatibility"] = "transformers3";
        File.WriteAllText(copy.PathOf(file), json.ToJsonString());
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(() => Captioner.FromPretrained(copy.Folder)).Message, StringComparison.Ordinal);
    }

    private static ModelCompatibility ReadingOf(Captioner captioner) => ((Gpt2CaptionDecoder)captioner.Decoder).Model.Config.Compatibility;

    private async Task<(string Checkpoint, double? Loss)> Train(string name, string gpt2, string? compatibility = null)
    {
        using var setup = TrainingSetup.Create(Configuration(name, gpt2, compatibility));
        var result = await setup.TrainAsync(token: TestContext.Current.CancellationToken);
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        return (result.BestCheckpoint!, checkpoint.ValidationLoss);
    }

    private TrainingConfiguration Configuration(string name, string gpt2, string? compatibility)
    {
        string[] changes =
        [
            $"clip_config.model={Golden("models/tiny-clip")}", $"gpt2_config.model={gpt2}",
            $"data_paths.train_captions_path={Golden("seed_run/train.json")}", $"data_paths.val_captions_path={Golden("seed_run/val.json")}",
            $"data_config.train_images={ReferenceFile.Golden}", $"data_config.val_images={ReferenceFile.Golden}", "evaluation_config.metrics=[]", "optimization_config.max_steps=1",
            $"training_config.trained_model_path={Path.Combine(_folder, name + ".pkl")}",
        ];
        return TrainingConfiguration.Parse(
            File.ReadAllBytes(Golden("seed_run/training_config.json")), ReferenceFile.Name, compatibility is null ? changes : [.. changes, $"gpt2_config.compatibility={compatibility}"]);
    }

    private static string Golden(string path) => Path.Combine(ReferenceFile.Golden, path);
}
