using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>Runs that train low-rank adapters in place of the decoder.</summary>
[Collection(nameof(CountsTensors))]
public sealed class LoraRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Equal_runs_write_equal_checkpoints_of_adapters_and_projector_alone()
    {
        var (first, second) = (await Train("first"), await Train("second"));
        Assert.True(first.History[^1].TrainLoss < first.History[0].TrainLoss);
        Assert.Equal(File.ReadAllBytes(first.BestCheckpoint!), File.ReadAllBytes(second.BestCheckpoint!));
        using var checkpoint = CaptionCheckpoint.Open(first.BestCheckpoint!);
        Assert.All(checkpoint.Tensors.Keys, name => Assert.True(name.StartsWith("projector.", StringComparison.Ordinal) || name.Contains(".lora_", StringComparison.Ordinal), name));
        Assert.Contains("gpt.transformer.h.0.mlp.c_proj.lora_B.weight", checkpoint.Tensors.Keys);
        Assert.Contains("\"r\":3", checkpoint.Metadata["adapter_config"], StringComparison.Ordinal);
        var other = await Train("other", o => o.Seed = 7);
        Assert.NotEqual(File.ReadAllBytes(first.BestCheckpoint!), File.ReadAllBytes(other.BestCheckpoint!));
    }

    [Fact]
    public async Task A_run_that_was_cancelled_and_resumed_ends_as_an_undisturbed_one()
    {
        var undisturbed = await Train("undisturbed");
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Train("resumed", o => o.Observers.Add(new CancelAfter(3, source)), source.Token));
        var resumed = await Train("resumed", o => o.Checkpoints.Resume = true);
        Assert.Equal(undisturbed.Steps, resumed.Steps);
        Assert.Equal(File.ReadAllBytes(undisturbed.BestCheckpoint!), File.ReadAllBytes(resumed.BestCheckpoint!));
        var error = await Assert.ThrowsAsync<CheckpointFormatException>(() => Train("resumed", o => (o.Checkpoints.Resume, o.Lora!.Alpha, o.Lora.TargetModules) = (true, 5, ["c_attn", "c_proj", "mlp.c_fc"])));
        Assert.Contains("Lora.Alpha was 9 and is 5", error.Message, StringComparison.Ordinal);
        Assert.Contains("Lora.TargetModules was c_attn, c_proj, c_fc and is c_attn, c_proj, mlp.c_fc", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_becomes_a_captioner_with_the_adapters_merged_or_beside_the_weights()
    {
        var models = Path.Combine(_folder.Path, "models");
        using (var sample = SampleCaptioner.Load())
        {
            sample.Save(models);
        }

        using var trained = Captioner.FromPretrained(models, new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder });
        var result = await Train(trained, "run", o => o.LearningRate = 1e-2);
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        trained.Apply(checkpoint);
        using var loaded = Captioner.FromPretrained(checkpoint.Path);
        using var fresh = Captioner.FromPretrained(models, new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder });
        fresh.Apply(checkpoint);
        fresh.Apply(checkpoint); // a second time changes nothing
        using var plain = Captioner.FromPretrained(models);
        Assert.Equal(TextsOf(trained), TextsOf(loaded));
        Assert.Equal(TextsOf(trained), TextsOf(fresh));
        Assert.NotEqual(TextsOf(trained), TextsOf(plain));

        fresh.Save(_folder.File("saved"));
        using var saved = Captioner.FromPretrained(_folder.File("saved"));
        Assert.Equal(TextsOf(trained), TextsOf(saved));
        using (var merged = Captioner.FromPretrained(checkpoint.Path, new() { Trainable = TrainableParts.ProjectorAndDecoder }))
        {
            Assert.Null(((Gpt2CaptionDecoder)merged.Decoder).Model.Adapters);
            Assert.Equal(TextsOf(trained), TextsOf(merged));
        }

        ((Gpt2CaptionDecoder)fresh.Decoder).SaveAdapters(_folder.File("adapter"));
        using var adapter = LoraAdapter.Open(_folder.File("adapter"));
        Assert.Equal(Path.Combine(models, "decoder"), adapter.Config.BaseModel);
    }

    [Fact]
    public async Task Adapters_name_their_base_wherever_they_are_written()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var result = await Train(captioner, "run");
        var decoder = Path.Combine(SampleCaptioner.Folder, "decoder");
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        Assert.Equal(decoder, BaseIn(checkpoint));
        var trained = (Gpt2CaptionDecoder)captioner.Decoder;
        trained.Model.SaveAdapters(_folder.File("of-model"));
        trained.SaveAdapters(_folder.File("of-decoder"));
        Assert.All(["of-model", "of-decoder"], folder =>
        {
            using var adapter = LoraAdapter.Open(_folder.File(folder));
            Assert.Equal(decoder, adapter.Config.BaseModel);
        });
        checkpoint.SaveAs(_folder.File("renamed.safetensors"), new() { Decoder = "org/gpt2" });
        using var renamed = CaptionCheckpoint.Open(_folder.File("renamed.safetensors"));
        Assert.Equal("org/gpt2", BaseIn(renamed));

        var named = await Train("named", o => o.Checkpoints.Metadata["gpt2_config"] = """{"model":"gpt2-medium"}""");
        using var byId = CaptionCheckpoint.Open(named.BestCheckpoint!);
        Assert.Equal("gpt2-medium", BaseIn(byId));

        static string? BaseIn(CaptionCheckpoint checkpoint) => JsonNode.Parse(checkpoint.Metadata["adapter_config"])!["base_model_name_or_path"]!.GetValue<string>();
    }

    [Fact]
    public async Task A_checkpoint_that_doesnt_fit_leaves_no_adapters_behind()
    {
        var result = await Train("run");
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        using var captioner = TinyTraining.LoadCaptioner();
        using var projector = LinearTanhProjector.CreateFresh(
            new() { Kind = LinearTanhProjector.Kind, PrefixLength = 2, EmbeddingDimension = captioner.Encoder.Features.Size, HiddenSize = captioner.Decoder.HiddenSize }, seed: 1, new() { Trainable = true });
        using var other = new Captioner(captioner.Encoder, projector, captioner.Decoder, captioner.Tokenizer);
        Assert.Contains("misshapen: 'projector.", Assert.Throws<CheckpointFormatException>(() => other.Apply(checkpoint)).Message, StringComparison.Ordinal);
        Assert.Null(((Gpt2CaptionDecoder)captioner.Decoder).Model.Adapters);
        using var packed = SampleCaptioner.Load();
        Assert.Contains("packed", Assert.Throws<CaptioningException>(() => packed.Apply(checkpoint)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_judged_alike_in_its_run_and_once_it_was_loaded_again()
    {
        var result = await Train("run", o =>
        {
            o.Evaluation.Metrics.Add(new BleuMetric());
            o.Lora!.Dropout = 0.3;
        });
        using var captioner = TinyTraining.LoadCaptioner();
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        captioner.Apply(checkpoint);
        var data = TinyTraining.Captions();
        var judged = await new CaptionTrainer(captioner, TinyTraining.Options(o =>
        {
            (o.Epochs, o.LearningRate, o.Lora) = (1, 1e-30, Lora(0.3));
            o.Evaluation.Metrics.Add(new BleuMetric());
        })).TrainAsync(data, data);
        Assert.Equal(result.Best!.Loss, judged.History[0].ValidationLoss!.Value, 1e-6);
        Assert.Equal(result.Best.Samples.Select(sample => sample.Caption), judged.Best!.Samples.Select(sample => sample.Caption));
    }

    [Fact]
    public async Task Other_adapters_than_those_that_are_there_are_refused_and_nothing_is_changed()
    {
        var result = await Train("run");
        using var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!);
        using var captioner = TinyTraining.LoadCaptioner();
        await Train(captioner, "other", o => o.Lora!.Rank = 2);
        Assert.Contains("other adapters", Assert.Throws<CheckpointFormatException>(() => captioner.Apply(checkpoint)).Message, StringComparison.Ordinal);
        Assert.Contains("other adapters", (await Assert.ThrowsAsync<CaptioningException>(() => Train(captioner, "another"))).Message, StringComparison.Ordinal);
        var frozen = await Assert.ThrowsAsync<CaptioningException>(() => Train(captioner, "frozen", o => (o.Lora, o.Freezing.Decoder) = (null, true)));
        Assert.Contains("has low-rank adapters", frozen.Message, StringComparison.Ordinal);
        var both = Assert.Throws<ConfigurationException>(() => new CaptionTrainer(captioner, TinyTraining.Options(o => (o.Lora, o.Freezing.Blocks) = (new(), 1))));
        Assert.Contains("Lora.Rank is 8; adapters are trained while all of GPT-2 stays", both.Message, StringComparison.Ordinal);
        var wrong = Assert.Throws<ConfigurationException>(() => new CaptionTrainer(captioner, TinyTraining.Options(o => o.Lora = new() { Rank = 0, TargetModules = [] })));
        Assert.Equal(2, wrong.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public async Task Bfloat16_trains_adapters_too()
    {
        using var captioner = Captioner.FromPretrained(SampleCaptioner.Folder, new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder, Precision = Precision.BFloat16 });
        var result = await Train(captioner, "run", o => (o.Epochs, o.LearningRate) = (4, 1e-2));
        Assert.True(result.History[^1].TrainLoss < result.History[0].TrainLoss);
    }

    [Fact]
    public async Task Every_tensor_is_freed()
    {
        var count = CountsTensors.Settled();
        var result = await Train("run", o => o.Lora!.Dropout = 0.1);
        using (var checkpoint = CaptionCheckpoint.Open(result.BestCheckpoint!))
        using (var captioner = TinyTraining.LoadCaptioner())
        {
            captioner.Apply(checkpoint);
        }

        Assert.Equal(count, CountsTensors.Settled());
    }

    private static LoraOptions Lora(double dropout = 0) => new() { Rank = 3, Alpha = 9, TargetModules = ["c_attn", "c_proj", "c_fc"], Dropout = dropout };

    private static string[] TextsOf(Captioner captioner) => [.. captioner.Caption(SampleCaptioner.Images.Select(ImageSource.FromFile)).Select(r => r.Text)];

    private async Task<TrainingResult> Train(string name, Action<CaptionTrainerOptions>? change = null, CancellationToken token = default)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        return await Train(captioner, name, change, token);
    }

    private async Task<TrainingResult> Train(Captioner captioner, string name, Action<CaptionTrainerOptions>? change = null, CancellationToken token = default)
    {
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => (o.Checkpoints.Path, o.Lora) = (Path.Combine(_folder.Path, name, "model.pkl"), Lora()));
        change?.Invoke(options);
        return await new CaptionTrainer(captioner, options).TrainAsync(data, data, token: token);
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
}
