using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Steps of self-critical training upon captions that were drawn and rewarded already.</summary>
public sealed class SelfCriticalSuite : GoldenSuite
{
    // The cases' checks name none for these; it is a fifth of what the forward files' README suggests for logits.
    private const float LogProbabilityTolerance = 2e-5f;

    public override IReadOnlyList<string> Files => ["train/self_critical.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "reference", "start", "options", "expected", "checks"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var given = golden.Part("options");
        var start = golden.Json.GetProperty("start");
        using var captioner = CaptionerUnderTest.Seed(
            new FreezingOptions(), golden.Device, GoldenTensorFile.Open(start.GetProperty("projector").GetString()!), "", start.GetProperty("gpt").GetString()!);
        var samples = Samples(golden.Tensors);
        CheckLogProbabilities(golden, captioner, samples);

        var advantages = AdvantagesOf(golden, (int)given["samples_per_image"].Integer());
        CheckRows(golden, captioner, samples, advantages);
        var settings = new OptimizerSettings(given, spareBiasesAndNorms: false);
        using var step = new TrainingStep(captioner.Model, settings.Options, settings.LearningRate);
        var run = new StepRun(golden, captioner.Model, step, captioner.Weights(null, "projector.", "gpt."));
        run.Check(Enumerable.Repeat(Batch(golden.Tensors, captioner, samples, advantages, ..), (int)given["steps"].Integer()), _ => 1);
    }

    /// <summary>The tokens that the mask leaves in: the end token, where there is one, is the last of them.</summary>
    private static int[][] Samples(GoldenTensorFile tensors)
    {
        var mask = tensors["mask"].Floats.ToArray().Chunk((int)tensors["mask"].Shape[1]);
        return [.. CaptionerUnderTest.Rows(tensors["sequences"]).Zip(mask, (tokens, counted) => tokens[..(int)counted.Sum()])];
    }

    private static double[] AdvantagesOf(GoldenCase golden, int samples)
    {
        var rewards = golden.Tensors["scores"].Floats.ToArray().Select(score => (double)score).ToArray();
        return golden.Json.GetProperty("reference").GetString() switch
        {
            "ruotianluo/self-critical.pytorch RewardCriterion" => Advantages.Over(
                rewards, [.. golden.Tensors["baseline"].Floats.ToArray().Chunk(samples).Select(picture => (double)picture.Distinct().Single())]),
            "ruotianluo/self-critical.pytorch StructureLosses, new_self_critical" => Advantages.OverOthers(rewards, samples),
            var other => throw new InvalidOperationException($"There is no objective '{other}'."),
        };
    }

    private static TrainingBatch Batch(GoldenTensorFile tensors, CaptionerUnderTest captioner, int[][] samples, double[] advantages, Range rows)
    {
        var pictures = Pictures(tensors, rows);
        var targets = CaptionObjective.Corrected.Targets(captioner.Captioner.Tokenizer, samples.Max(sample => sample.Length));
        var tokens = samples[rows].Select(sample => (ReadOnlyMemory<int>)sample).ToList();
        return new TrainingBatch(
            new PictureBatch(pictures.Floats.ToArray(), pictures.Shape),
            CaptionBatch.Create(tokens, targets, captioner.Captioner.Projector.PrefixLength, advantages[rows]));
    }

    private static GoldenTensor Pictures(GoldenTensorFile tensors, Range rows) =>
        GoldenTensorFile.Open("train/data.safetensors")["image_embeds"].Rows(tensors["rows"].Longs.ToArray().Select(row => (int)row).ToArray()[rows]);

    /// <summary>Each sample by itself, over its own number of tokens.</summary>
    private static void CheckRows(GoldenCase golden, CaptionerUnderTest captioner, int[][] samples, double[] advantages)
    {
        if (golden.Expected.Find("per_row_loss")?.Items() is not { } losses)
        {
            return;
        }

        Assert.Equal(losses.Count, samples.Length);
        var tolerance = new CaseTolerances(golden).Loss;
        for (var row = 0; row < samples.Length; row++)
        {
            var batch = Batch(golden.Tensors, captioner, samples, advantages, row..(row + 1));
            TrainedWeights.Near(losses[row], captioner.Model.Loss(batch, samples[row].Length), tolerance);
        }
    }

    private static void CheckLogProbabilities(GoldenCase golden, CaptionerUnderTest captioner, int[][] samples)
    {
        using var frozen = no_grad();
        var decoder = (Gpt2CaptionDecoder)captioner.Captioner.Decoder;
        var prefix = captioner.Captioner.Projector.Project(Pictures(golden.Tensors, ..).ToTorch(golden.Device));
        var scores = CaptionScoring.Score(decoder, prefix, samples, decoder.Model.Config.VocabularySize, CancellationToken.None);
        var stored = golden.Tensors["token_logprobs"];
        var expected = stored.Floats.ToArray().Chunk((int)stored.Shape[1]).ToList();
        for (var row = 0; row < samples.Length; row++)
        {
            TorchTensors.AssertNear([.. scores[row].LogProbabilities], expected[row].AsSpan(0, samples[row].Length), LogProbabilityTolerance, $"{stored.Name}[{row}]");
        }
    }
}
