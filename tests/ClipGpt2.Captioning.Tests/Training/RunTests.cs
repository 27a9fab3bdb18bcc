using System.Diagnostics;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Encoders;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>What a run does beside lowering the loss.</summary>
[Collection(nameof(CountsTensors))]
public sealed class RunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_was_cancelled_and_resumed_ends_as_an_undisturbed_one(bool average)
    {
        void Common(CaptionTrainerOptions o)
        {
            o.Epochs = 3;
            o.Optimization.AccumulatedBatches = 2;
            o.Optimization.AverageDecay = average ? 0.9 : null;
            o.Optimization.Schedule = LearningRateSchedule.Linear;
            o.Evaluation.EverySteps = 2;
        }

        var undisturbed = await Train("undisturbed", Common);
        for (var step = 1; step <= 5; step++)
        {
            using var source = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Train("resumed", o =>
            {
                Common(o);
                o.Checkpoints.Resume = step > 1;
                o.Observers.Add(new CancelAfter(step, source));
            }, source.Token));
        }

        var resumed = await Train("resumed", o =>
        {
            Common(o);
            o.Checkpoints.Resume = true;
        });
        Assert.Equal(undisturbed.Steps, resumed.Steps);
        Assert.Equal(undisturbed.History.Select(e => (e.TrainLoss, e.ValidationLoss)), resumed.History.Select(e => (e.TrainLoss, e.ValidationLoss)));
        Assert.Equal(File.ReadAllBytes(undisturbed.BestCheckpoint!), File.ReadAllBytes(resumed.BestCheckpoint!));
        Assert.Equal(Tensors(undisturbed), Tensors(resumed));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(resumed.BestCheckpoint!)!), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_finished_run_that_is_resumed_is_over_at_once_and_one_with_more_epochs_goes_on()
    {
        await Train("run", o => o.Epochs = 1);
        var again = await Train("run", o => (o.Epochs, o.Checkpoints.Resume) = (1, true));
        var longer = await Train("run", o => (o.Epochs, o.Checkpoints.Resume) = (2, true));
        var whole = await Train("whole", o => o.Epochs = 2);
        Assert.Equal(4, again.Steps);
        Assert.Equal(8, longer.Steps);
        Assert.Equal(Tensors(whole), Tensors(longer));
    }

    [Fact]
    public async Task Other_options_cant_resume_a_run_and_the_error_names_them()
    {
        await Train("run", o => o.Epochs = 1);
        var error = await Assert.ThrowsAsync<Captioning.Weights.CheckpointFormatException>(() => Train("run", o => (o.BatchSize, o.Seed, o.Checkpoints.Resume) = (8, 7, true)));
        Assert.Contains("BatchSize was 4 and is 8", error.Message, StringComparison.Ordinal);
        Assert.Contains("Seed was 42 and is 7", error.Message, StringComparison.Ordinal);
        var none = await Assert.ThrowsAsync<CaptioningException>(() => Train("nothing", o => o.Checkpoints.Resume = true));
        Assert.Contains("There is no run to resume", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loss_that_isnt_finite_ends_the_run_and_the_good_checkpoint_stays()
    {
        var poison = new PoisonAfterEpoch();
        var path = Path.Combine(_folder.Path, "run", "model.pkl");
        using var captioner = TinyTraining.LoadCaptioner();
        poison.Captioner = captioner;
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => (o.Epochs, o.Checkpoints.Path) = (3, path));
        options.Observers.Add(poison);
        var error = await Assert.ThrowsAsync<TrainingDivergedException>(() => new CaptionTrainer(captioner, options).TrainAsync(data, data));
        Assert.Contains("Step 5 (epoch 1): The loss is NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal(TrainingEnd.Failed, poison.Result!.End);
        using var checkpoint = CaptionCheckpoint.Open(poison.Result.BestCheckpoint!);
        Assert.True(checkpoint.ValidationLoss > 0);
    }

    [Fact]
    public async Task An_observer_that_fails_at_the_end_is_told_once_and_hides_no_error()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        var failing = new FailsAtTheEnd();
        await Assert.ThrowsAsync<InvalidOperationException>(() => new CaptionTrainer(captioner, TinyTraining.Options(o => o.Observers.Add(failing))).TrainAsync(data));
        Assert.Equal(1, failing.Told);

        var poison = new PoisonAfterEpoch { Captioner = captioner };
        var options = TinyTraining.Options(o =>
        {
            o.Observers.Add(failing);
            o.Observers.Add(poison);
        });
        await Assert.ThrowsAsync<TrainingDivergedException>(() => new CaptionTrainer(captioner, options).TrainAsync(data));
        Assert.Equal(2, failing.Told);
    }

    [Fact]
    public async Task Patience_ends_a_run_that_doesnt_get_better()
    {
        var result = await Train("run", o => (o.Epochs, o.LearningRate, o.Evaluation.Patience, o.Evaluation.BestBy, o.Evaluation.LowerIsBetter) = (50, 1e-3, 2, "validation_loss", false));
        Assert.Equal(TrainingEnd.StoppedEarly, result.End);
        Assert.Equal(3, result.History.Count);
        Assert.Equal(0, result.Best!.Epoch);
    }

    [Fact]
    public async Task The_best_model_may_be_found_by_a_metric_and_an_unknown_one_is_named()
    {
        var result = await Train("run", o =>
        {
            o.Evaluation.Metrics.Add(new BleuMetric());
            o.Evaluation.BestBy = "bleu_1";
            o.Evaluation.MaxImages = 3;
        });
        Assert.Equal(3, result.Best!.Samples.Count);
        Assert.Contains("bleu_4", result.Best.Metrics.Keys);
        var error = await Assert.ThrowsAsync<CaptioningException>(() => Train("other", o => o.Evaluation.BestBy = "cider"));
        Assert.Contains("'cider'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_pictures_end_the_run_or_are_left_out()
    {
        var data = new InMemoryCaptionDataset([.. Enumerable.Range(0, TinyTraining.Captions().Count).Select(i => TinyTraining.Captions()[i]), new CaptionExample { ImageId = "gone", Image = "gone.jpg", Caption = "Nothing." }]);
        using var captioner = TinyTraining.LoadCaptioner();
        var error = await Assert.ThrowsAnyAsync<CaptioningException>(() => new CaptionTrainer(captioner, TinyTraining.Options()).TrainAsync(data));
        Assert.Contains("gone.jpg", error.Message, StringComparison.Ordinal);
        var result = await new CaptionTrainer(captioner, TinyTraining.Options(o => o.Loading.BadImages = BadImagePolicy.Skip)).TrainAsync(data);
        Assert.Equal(16, result.Run.TrainingExamples);
    }

    [Fact]
    public async Task The_encoder_can_be_trained_too_and_a_stream_read()
    {
        using var captioner = TinyTraining.LoadCaptioner(TrainableParts.All);
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => (o.Freezing.Encoder, o.Checkpoints.Path) = (false, Path.Combine(_folder.Path, "all", "model.safetensors")));
        var result = await new CaptionTrainer(captioner, options).TrainAsync(new TinyStream(data), data);
        Assert.Equal(8, result.Steps);
        Assert.True(result.History[1].TrainLoss < result.History[0].TrainLoss);
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        Assert.Contains("clip.vision_model.embeddings.class_embedding", checkpoint.Tensors.Keys);
    }

    [Fact]
    public async Task A_part_that_was_loaded_for_inference_is_named()
    {
        using var captioner = SampleCaptioner.Load();
        var error = await Assert.ThrowsAsync<CaptioningException>(() => new CaptionTrainer(captioner, TinyTraining.Options()).TrainAsync(TinyTraining.Captions()));
        Assert.Contains("The projector can't be trained as it was loaded", error.Message, StringComparison.Ordinal);
        Assert.Contains("CaptionerOptions.Trainable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_goes_back_into_a_captioner_of_the_same_models()
    {
        var result = await Train("run", o => o.Epochs = 2);
        using var captioner = TinyTraining.LoadCaptioner();
        using (var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!))
        {
            captioner.Apply(checkpoint);
        }

        var data = TinyTraining.Captions();
        var judged = await new CaptionTrainer(captioner, TinyTraining.Options(o => (o.Epochs, o.LearningRate) = (1, 1e-30))).TrainAsync(data, data);
        Assert.Equal(result.Best!.Loss, judged.History[0].ValidationLoss!.Value, 1e-6);
    }

    [Fact]
    public async Task A_checkpoint_becomes_a_captioner_unless_its_base_has_changed()
    {
        var models = Path.Combine(_folder.Path, "models");
        using (var sample = SampleCaptioner.Load())
        {
            sample.Save(models);
        }

        using var trained = Captioner.FromPretrained(models, new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder });
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => o.Checkpoints.Path = Path.Combine(_folder.Path, "run", "model"));
        var result = await new CaptionTrainer(trained, options).TrainAsync(data, data);
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        trained.Apply(checkpoint);
        using (var loaded = Captioner.FromPretrained(checkpoint.Path))
        {
            Assert.Equal(TextsOf(trained), TextsOf(loaded));
        }

        File.AppendAllText(Path.Combine(models, "decoder", "config.json"), " ");
        var error = Assert.Throws<Captioning.Weights.CheckpointFormatException>(() => Captioner.FromPretrained(checkpoint.Path));
        Assert.Contains("it is another model", error.Message, StringComparison.Ordinal);

        static IEnumerable<string> TextsOf(Captioner captioner) => captioner.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile)).Select(r => r.Text);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_checkpoint_upon_an_encoder_of_OpenAIs_form_becomes_a_captioner(bool isResNet, bool trainsEncoder)
    {
        using var clip = new TinyOpenAiClip(isResNet);
        var training = new ComputeOptions { Trainable = true };
        using var encoder = clip.LoadEncoder(new ComputeOptions { Trainable = trainsEncoder });
        using var gpt2 = ModelFolder.Open(Path.Combine(SampleCaptioner.Folder, "decoder"));
        var tokenizer = Gpt2Tokenizer.FromPretrained(gpt2.Path);
        using var decoder = Gpt2CaptionDecoder.Load(gpt2, training, tokenizer);
        using var projector = LinearTanhProjector.CreateFresh(
            new() { Kind = LinearTanhProjector.Kind, PrefixLength = 3, EmbeddingDimension = TinyOpenAiClip.Projection, HiddenSize = decoder.HiddenSize }, seed: 2, training);
        using var trained = new Captioner(encoder, projector, decoder, tokenizer);
        var options = TinyTraining.Options(o =>
        {
            o.Checkpoints.Path = Path.Combine(_folder.Path, "run", "model");
            o.Freezing.Encoder = !trainsEncoder;
        });
        var data = TinyTraining.Captions();
        var result = await new CaptionTrainer(trained, options).TrainAsync(data, data);
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        trained.Apply(checkpoint);
        using var loaded = Captioner.FromPretrained(checkpoint.Path);
        using var pixels = clip.Pixels();
        using var scope = torch.NewDisposeScope();
        Assert.True(trained.Encoder.Encode(pixels).allclose(loaded.Encoder.Encode(pixels), rtol: 1e-4, atol: 1e-4));
        Assert.Equal(trained.Caption(SampleCaptioner.Images[0]).Text, loaded.Caption(SampleCaptioner.Images[0]).Text);
    }

    [Fact]
    public async Task Memory_is_flat_over_a_thousand_steps()
    {
        var counts = new MemoryCounts();
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => (o.Epochs, o.BatchSize, o.Loading.BucketBatches) = (1000, 16, 1));
        options.Observers.Add(counts);
        await new CaptionTrainer(captioner, options).TrainAsync(data);
        Assert.Equal(1000, counts.Tensors.Count);
        Assert.All(counts.Tensors.Skip(1), count => Assert.Equal(counts.Tensors[1], count));
        Assert.True(counts.WorkingSets[^1] < 1.05 * counts.WorkingSets[0], $"{counts.WorkingSets[0]} bytes after 200 steps, {counts.WorkingSets[^1]} after 1000.");
    }

    private async Task<TrainingResult> Train(string name, Action<CaptionTrainerOptions> change, CancellationToken token = default)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => o.Checkpoints.Path = Path.Combine(_folder.Path, name, "model.pkl"));
        change(options);
        return await new CaptionTrainer(captioner, options).TrainAsync(data, data, token: token);
    }

    private static byte[] Tensors(TrainingResult result)
    {
        // The metadata hold seconds, which differ; the tensors come after the header.
        var bytes = File.ReadAllBytes(Path.ChangeExtension(result.BestCheckpoint!, ".state.safetensors"));
        return bytes[(8 + BitConverter.ToInt32(bytes))..];
    }

    private sealed class CancelAfter(int step, CancellationTokenSource source) : ITrainingObserver
    {
        public void Stepped(TrainingProgress progress)
        {
            if (progress.Step == step)
            {
                source.Cancel();
            }
        }
    }

    private sealed class PoisonAfterEpoch : ITrainingObserver
    {
        public Captioner? Captioner { get; set; }

        public TrainingResult? Result { get; private set; }

        public void EpochEnded(IReadOnlyList<EpochFigures> history)
        {
            using var frozen = torch.no_grad();
            ((Captioning.Runtime.ITrainable)Captioner!.Projector).NamedParameters().First().Value.fill_(float.NaN);
        }

        public void Ended(TrainingResult result) => Result = result;
    }

    private sealed class FailsAtTheEnd : ITrainingObserver
    {
        public int Told { get; private set; }

        public void Ended(TrainingResult result)
        {
            Told++;
            throw new InvalidOperationException("The disk is full.");
        }
    }

    private sealed class MemoryCounts : ITrainingObserver
    {
        public List<long> Tensors { get; } = [];

        public List<long> WorkingSets { get; } = [];

        public void Stepped(TrainingProgress progress)
        {
            Tensors.Add(torch.Tensor.TotalCount);
            if (progress.Step % 200 == 0)
            {
                GC.Collect();
                using var process = Process.GetCurrentProcess();
                WorkingSets.Add(process.WorkingSet64);
            }
        }
    }
}
