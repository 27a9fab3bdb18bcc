using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Tests.Earlier;

/// <summary>Runs that an earlier version began go on.</summary>
public sealed class EarlierRunTests
{
    private static readonly string[] Texts = ["A blue square at night.", "Green stripes.", "A red circle on white."];

    public static TheoryData<string> Names => EarlierFiles.Names("runs");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_earlier_training_goes_on_as_it_would_have(string name)
    {
        using var folder = new TemporaryFolder();
        EarlierFiles.Copy(EarlierFiles.Run(name), folder.File("run"));
        var expected = EarlierFiles.Expected("runs", name);
        using var captioner = Captioner.FromPretrained(
            EarlierFiles.Captioner(expected["captioner"]!.GetValue<string>()),
            new CaptionerOptions { Trainable = name == "all_parts" ? TrainableParts.All : TrainableParts.ProjectorAndDecoder });
        var options = Options(name);
        (options.Checkpoints.Path, options.Checkpoints.Resume) = (folder.File("run/model.pkl"), true);
        var steps = new Steps();
        options.Observers.Add(steps);
        var result = await new CaptionTrainer(captioner, options).TrainAsync(Captions(), Captions(), token: Token);
        Assert.Equal((expected["steps"]!.GetValue<long>(), 4), (result.Steps, steps.First));
        AssertLosses(expected["train_losses"]!, result.History.Select(epoch => epoch.TrainLoss));
        AssertLosses(expected["validation_losses"]!, result.History.Select(epoch => epoch.ValidationLoss!.Value));
    }

    [Fact]
    public async Task An_earlier_inference_goes_on_behind_what_was_said()
    {
        using var root = new TemporaryFolder();
        using var cache = new EarlierCache();
        Place(EarlierFiles.Checkpoint("configured"), root.File("models/model.safetensors"));
        foreach (var picture in EarlierFiles.Pictures)
        {
            Place(EarlierFiles.Picture(picture), root.File($"images/{picture}.png"));
        }

        await File.WriteAllTextAsync(root.File("captions.csv.partial"), File.ReadAllText(EarlierFiles.Journal).Replace("{root}", root.Path.Replace('\\', '/'), StringComparison.Ordinal), Token);
        var configuration = new InferenceConfiguration { ImagesDir = root.File("images"), TrainedModelsDir = root.File("models"), OutputFilename = root.File("captions.csv") };
        var result = await new InferenceRun(configuration, options => options.ModelSearch = cache.Search).RunAsync(token: Token);
        Assert.Empty(result.Failures);
        Assert.Equal(["As the earlier run said.", Texts[0], Texts[1]], result.Captions.Select(row => row.Caption));
    }

    private static CaptionTrainerOptions Options(string name)
    {
        var options = new CaptionTrainerOptions { Epochs = 3, BatchSize = 2, LearningRate = 1e-3 };
        if (name == "all_parts")
        {
            (options.Freezing.Encoder, options.Freezing.Embeddings, options.Optimization.EncoderLearningRate) = (false, true, 1e-4);
        }
        else
        {
            (options.Lora, options.Optimization.AverageDecay, options.Optimization.Optimizer) = (new LoraOptions { Rank = 2, Alpha = 4 }, 0.9, OptimizerKind.AdamW);
        }

        return options;
    }

    private static InMemoryCaptionDataset Captions() =>
        new([.. EarlierFiles.Pictures.Select((picture, i) => new CaptionExample { ImageId = picture, Image = EarlierFiles.Picture(picture), Caption = Texts[i] })]);

    private static void AssertLosses(JsonNode expected, IEnumerable<double> actual)
    {
        var losses = actual.ToList();
        Assert.Equal(expected.AsArray().Count, losses.Count);
        Assert.All(expected.AsArray().GetValues<double>().Zip(losses), pair => Assert.Equal(pair.First, pair.Second, EarlierFiles.FigureTolerance));
    }

    /// <summary>The journal knows files by their time, too.</summary>
    private static void Place(string file, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
        File.SetLastWriteTimeUtc(target, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
    }

    private sealed class Steps : ITrainingObserver
    {
        public long First { get; private set; }

        public void Stepped(TrainingProgress progress) => First = First == 0 ? progress.Step : First;
    }
}
