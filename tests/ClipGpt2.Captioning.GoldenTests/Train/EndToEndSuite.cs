using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Steps whose gradient goes through CLIP's image tower too.</summary>
public sealed class EndToEndSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["train/end_to_end.json"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var given = golden.Part("options");
        Assert.Equal("torch.optim.Adam", given["optimizer"].Text());
        Assert.True(given["n_layers_to_freeze"].IsNull);
        using var captioner = CaptionerUnderTest.Seed(new FreezingOptions { Encoder = false }, golden.Device);
        using var step = new TrainingStep(captioner.Model, new OptimizationOptions(), given["learning_rate"].Number());
        var tokens = CaptionerUnderTest.Rows(golden.Tensors["tokens"]);
        var batch = captioner.Batch(golden.Tensors["pixel_values"], tokens, CaptionObjective.Seed, tokens[0].Length);

        // The projection of the keys' bias moves by rounding alone; the file leaves it out.
        var weights = captioner.Weights("clip.", "captioner.projector.", "captioner.gpt.");
        new StepRun(golden, captioner.Model, step, weights).Check(Enumerable.Repeat(batch, (int)given["steps"].Integer()), _ => 1);
    }
}
