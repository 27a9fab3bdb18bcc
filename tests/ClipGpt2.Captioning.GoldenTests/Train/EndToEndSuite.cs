using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Steps whose gradient goes through CLIP's image tower too.</summary>
public sealed class EndToEndSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["train/end_to_end.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "reference", "batches", "options", "expected", "checks"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var given = golden.Part("options");
        var settings = new OptimizerSettings(given, spareBiasesAndNorms: false);
        var freezing = new FreezingOptions { Encoder = false, Blocks = (int)(given["n_layers_to_freeze"].IntegerOrNull() ?? 0) };
        using var captioner = CaptionerUnderTest.Seed(freezing, golden.Device);
        using var step = new TrainingStep(captioner.Model, settings.Options, settings.LearningRate);
        var names = golden.Json.GetProperty("batches");
        var tokens = CaptionerUnderTest.Rows(golden.Tensors[names.GetProperty("tokens").GetString()!]);
        var batch = captioner.Batch(golden.Tensors[names.GetProperty("pixel_values").GetString()!], tokens, CaptionObjective.Reference, tokens[0].Length);

        // The projection of the keys' bias moves by rounding alone; the file leaves it out.
        var weights = captioner.Weights("clip.", "captioner.projector.", "captioner.gpt.");
        new StepRun(golden, captioner.Model, step, weights).Check(Enumerable.Repeat(batch, (int)given["steps"].Integer()), _ => 1);
    }
}
