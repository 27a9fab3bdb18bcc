using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Fifteen epochs of the reference program's loop in a given order, with its validation losses and the captions that come of it.</summary>
public sealed class MiniRunSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["train/mini_run.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "reference", "options", "expected", "checks"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var (given, expected, tolerances) = (golden.Part("options"), golden.Expected, new CaseTolerances(golden));
        var blocks = (int)(given["n_layers_to_freeze"].IntegerOrNull() ?? 0);
        using var captioner = CaptionerUnderTest.Seed(new FreezingOptions { Blocks = blocks }, golden.Device);
        using var step = new TrainingStep(captioner.Model, new OptimizationOptions(), given["learning_rate"].Number());
        var weights = new TrainedWeights(captioner.Weights(null, "projector.", "gpt."));
        var (batchSize, epochs) = ((int)given["batch_size"].Integer(), (int)given["epochs"].Integer());
        var (train, held) = (given["train"].Integers(), given["validation"].Integers());
        var losses = expected["losses"].Items();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var order = CaptionerUnderTest.Rows(golden.Tensors["orders"])[epoch].Select(row => train[0] + row).ToArray();
            var sum = 0.0;
            var batches = Batches(golden, captioner, given, order, batchSize);
            for (var i = 0; i < batches.Count; i++)
            {
                var loss = step.Run([batches[i]], 1).Loss;
                TrainedWeights.Near(losses[(epoch * batches.Count) + i], loss, tolerances.Loss);
                sum += loss;
            }

            TrainedWeights.Near(expected["mean_train_loss"].Items()[epoch], sum / batches.Count, tolerances.Loss);
            TrainedWeights.Near(expected["validation_losses"].Items()[epoch], Validate(golden, captioner, given, held, batchSize), tolerances.Validation);
        }

        weights.CheckFinal(expected["final"], tolerances.Weight);
        CheckGreedy(golden, captioner, expected["greedy"], (int)given["text_tokens_max_length"].Integer());
    }

    private static double Validate(GoldenCase golden, CaptionerUnderTest captioner, Tracked given, int[] held, int batchSize)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return Batches(golden, captioner, given, [.. Enumerable.Range(held[0], held[1] - held[0])], batchSize)
            .Average(batch => captioner.Model.Loss(batch, batch.Captions.Labels.Length));
    }

    private static List<TrainingBatch> Batches(GoldenCase golden, CaptionerUnderTest captioner, Tracked given, int[] rows, int batchSize)
    {
        var tokens = CaptionerUnderTest.Rows(golden.Tensors["tokens"]);
        return [
            .. rows.Chunk(batchSize).Select(batch => captioner.Batch(
                golden.Tensors["image_embeds"].Rows(batch), batch.Select(row => tokens[row]), CaptionObjective.Reference, (int)given["text_tokens_max_length"].Integer())),
        ];
    }

    private static void CheckGreedy(GoldenCase golden, CaptionerUnderTest captioner, Tracked expected, int tokens)
    {
        expected["equal_in_float64"].Informational();
        using var frozen = no_grad();
        using var decoder = ((ITrainableDecoder)captioner.Captioner.Decoder).ForInference();
        var endToken = ((Gpt2CaptionDecoder)captioner.Captioner.Decoder).Model.Config.EosTokenId!.Value;
        GreedyRows.Check(expected["rows"], expected["ids"], endToken, rows =>
        {
            var prefix = captioner.Captioner.Projector.Project(golden.Tensors["image_embeds"].Rows(rows).ToTorch(golden.Device));
            return decoder.Decode(prefix, new DecodingOptions { Beams = 1, MaxNewTokens = tokens });
        });
    }
}
