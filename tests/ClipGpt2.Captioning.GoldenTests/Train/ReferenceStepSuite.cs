using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The reference program's steps: its labels with the padding in, its frozen blocks, Adam; and its validation loss.</summary>
public sealed class ReferenceStepSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["train/seed_step.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "reference", "batches", "options", "expected", "checks"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        if (golden.Expected.Find("batch_losses") is not null)
        {
            CheckValidation(golden);
        }
        else
        {
            CheckSteps(golden);
        }
    }

    private static void CheckSteps(GoldenCase golden)
    {
        var (given, expected) = (golden.Part("options"), golden.Expected);
        var (maxTokens, steps) = ((int)given["text_tokens_max_length"].Integer(), (int)given["steps"].Integer());
        var blocks = (int)(given["n_layers_to_freeze"].IntegerOrNull() ?? 0);
        using var captioner = CaptionerUnderTest.Seed(new FreezingOptions { Blocks = blocks }, golden.Device);
        Assert.Equal(given["visual_tokens_length"].Integer(), captioner.Captioner.Projector.PrefixLength);
        CheckTokens(golden, captioner, maxTokens);

        var all = captioner.Weights(null, "projector.", "gpt.");
        Assert.Equal(expected["frozen"].Texts().Order(StringComparer.Ordinal), all.Where(w => !w.Weight.requires_grad).Select(w => w.Name).Order(StringComparer.Ordinal));
        using var step = new TrainingStep(captioner.Model, new OptimizationOptions(), given["learning_rate"].Number());
        var run = new StepRun(golden, captioner.Model, step, all);
        run.Check(Enumerable.Range(0, steps).Select(i => Batch(golden, captioner, i, maxTokens)), _ => 1);
    }

    private static TrainingBatch Batch(GoldenCase golden, CaptionerUnderTest captioner, int step, int maxTokens)
    {
        var names = golden.Json.GetProperty("batches");
        var rows = CaptionerUnderTest.Rows(golden.Tensors[names.GetProperty("rows").GetString()!])[step];
        var tokens = CaptionerUnderTest.Rows(golden.Tensors[names.GetProperty("tokens").GetString()!]).Chunk(rows.Length).ElementAt(step);
        return captioner.Batch(GoldenTensorFile.Open("train/data.safetensors")["image_embeds"].Rows(rows), tokens, CaptionObjective.Reference, maxTokens);
    }

    /// <summary>The first batch's captions become its tokens.</summary>
    private static void CheckTokens(GoldenCase golden, CaptionerUnderTest captioner, int maxTokens)
    {
        var captions = golden.Root.GetProperty("captions_first_batch").GetProperty($"{maxTokens}").EnumerateArray().Select(c => c.GetString()!).ToList();
        var targets = CaptionObjective.Reference.Targets(captioner.Captioner.Tokenizer, maxTokens);
        var tokens = CaptionerUnderTest.Rows(golden.Tensors[golden.Json.GetProperty("batches").GetProperty("tokens").GetString()!]);
        Assert.Equal(tokens.Take(captions.Count), targets.Build([.. captions.Select(c => TokenizedCaptions.Encode(captioner.Captioner.Tokenizer, c))]));
    }

    private static void CheckValidation(GoldenCase golden)
    {
        var sizes = golden.Part("options")["batch_sizes"].Integers();
        using var captioner = CaptionerUnderTest.Seed(new FreezingOptions(), golden.Device);
        using var frozen = no_grad();
        var names = golden.Json.GetProperty("batches");
        var rows = golden.Tensors[names.GetProperty("rows").GetString()!].Longs.ToArray().Select(v => (int)v).ToArray();
        var tokens = CaptionerUnderTest.Rows(golden.Tensors[names.GetProperty("tokens").GetString()!]);
        var embeddings = GoldenTensorFile.Open("train/data.safetensors")["image_embeds"];
        var (losses, first, maxTokens) = (new List<double>(), 0, tokens[0].Length);
        foreach (var size in sizes)
        {
            var batch = captioner.Batch(embeddings.Rows(rows[first..(first + size)]), tokens[first..(first + size)], CaptionObjective.Reference, maxTokens);
            losses.Add(captioner.Model.Loss(batch, batch.Captions.Labels.Length));
            first += size;
        }

        var (expected, tolerance) = (golden.Expected, new CaseTolerances(golden).Loss);
        foreach (var (wanted, loss) in expected["batch_losses"].Items().Zip(losses))
        {
            TrainedWeights.Near(wanted, loss, tolerance);
        }

        TrainedWeights.Near(expected["mean_of_batch_means"], losses.Average(), tolerance);
        TrainedWeights.Near(expected["token_mean"], losses.Zip(sizes, (loss, size) => loss * size).Sum() / sizes.Sum(), tolerance);
    }
}
