using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Accumulated batches, clipping, label smoothing, weight decay and stochastic gradient descent on one ragged batch.</summary>
public sealed partial class OptimizationSuite : GoldenSuite
{
    // What float32 leaves of sums; a case's own checks come on top.
    private const double LossTolerance = 2e-6;
    private const double GradientTolerance = 1e-5; // of a norm
    private const double WeightTolerance = 1e-6;

    public override IReadOnlyList<string> Files => ["train/optimization.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "topic", "options", "expected", "checks"];

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining();
        var batch = new RaggedBatch(golden.Tensors);
        if (golden.Expected.Find("torch_cross_entropy") is null)
        {
            CheckRun(golden, training, batch);
        }
        else
        {
            CheckLabelSmoothing(golden, training, batch);
        }
    }

    private static void CheckLabelSmoothing(GoldenCase golden, TinyTraining training, RaggedBatch batch)
    {
        var smoothing = golden.Part("options")["label_smoothing"].Number();
        var loss = batch.Loss(training, .., (logits, labels) => NextTokenLoss.Mean(logits, labels, smoothing)).item<float>();
        TrainedWeights.Near(golden.Expected["torch_cross_entropy"], loss, LossTolerance);
        TrainedWeights.Near(golden.Expected["transformers_LabelSmoother"], loss, LossTolerance);
        golden.PassOver(golden.Expected["self_critical_LabelSmoothing"]);
    }

    private static void CheckRun(GoldenCase golden, TinyTraining training, RaggedBatch batch)
    {
        var (given, expected) = (golden.Part("options"), golden.Expected);
        var checks = golden.Json.TryGetProperty("checks", out var found) ? found : default;
        var weights = new TrainedWeights(training.Weights);
        using var optimizer = given.Find("optimizer") is null ? null : CreateOptimizer(given, expected, training);
        for (var step = 0; step < (given.Find("steps")?.Integer() ?? 1); step++)
        {
            var losses = Backward(given, training, batch, step);
            CheckLosses(expected.Find("losses")?.Items()[step], losses, LossTolerance + Allowed(checks, "loss_max_abs_difference_to_float64"));
            CheckGradients(given, expected, training, weights, step);
            optimizer?.Step(rateFactor: 1);
            optimizer?.ZeroGradients();
        }

        if (expected.Find("final") is { } final)
        {
            weights.CheckFinal(final, WeightTolerance + Allowed(checks, "parameter_max_abs_difference_to_float64"));
        }

        if (expected.Find("final_tensors") is { } tensors)
        {
            weights.CheckFinalTensors(tensors, golden.Tensors, _ => WeightTolerance);
        }
    }

    private static Optimizer CreateOptimizer(Tracked given, Tracked expected, TinyTraining training)
    {
        // Without groups torch lets all weights decay.
        var spares = false;
        if (expected.Find("decayed")?.Texts() is { } decayed)
        {
            spares = decayed.Length < training.Weights.Count;
            var found = training.Weights.Where(weight => !(spares && weight.IsBiasOrNorm)).Select(weight => weight.Name);
            Assert.Equal(decayed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        }

        return new OptimizerSettings(given, spares).Create(training.Weights);
    }

    /// <summary>The losses of a step's pieces, whose gradients add up in the weights.</summary>
    private static List<double> Backward(Tracked given, TinyTraining training, RaggedBatch batch, int step)
    {
        var losses = new List<double>();
        var pieces = Pieces(given, batch, step);
        var count = given.Find("label_counts") is { } counts ? CheckedCount(counts, training, batch) : 0;
        var smoothing = given.Find("label_smoothing")?.NumberOrNull() ?? 0;
        foreach (var rows in pieces)
        {
            using var scope = NewDisposeScope();
            var loss = batch.Loss(training, rows, (logits, labels) => given.Find("convention")?.Text() switch
            {
                "token_mean" => NextTokenLoss.Sum(logits, labels, smoothing) / count,
                "mean_of_means" => NextTokenLoss.Mean(logits, labels, smoothing) / pieces.Count,
                "one_batch" or null => NextTokenLoss.Mean(logits, labels, smoothing),
                var other => throw new InvalidOperationException($"There is no convention '{other}'."),
            });
            loss.backward();
            losses.Add(loss.item<float>());
        }

        return losses;
    }

    /// <summary>One piece of the batch after the other, all pieces, or the batch as a whole.</summary>
    private static IReadOnlyList<Range> Pieces(Tracked given, RaggedBatch batch, int step)
    {
        var pieces = (int)(given.Find("micro_batches")?.IntegerOrNull() ?? 1);
        if (given.Find("batch_of_step") is { } rule)
        {
            Assert.Equal(1, pieces);
            return [RowsOf(rule.Text(), step)];
        }

        return pieces > 1 ? [.. Enumerable.Range(0, pieces).Select(piece => Piece(batch, pieces, piece))] : [Range.All];
    }

    /// <summary>The rows of a step by a rule in words, such as "rows 3(i mod 4) .. 3(i mod 4)+2 of the batch".</summary>
    private static Range RowsOf(string rule, int step)
    {
        var match = BatchOfStep().Match(rule);
        Assert.True(match.Success, $"Nothing is known of the rule '{rule}'.");
        int Number(string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        var first = Number("factor") * (step % Number("period"));
        return first..(first + Number("last") + 1);
    }

    private static Range Piece(RaggedBatch batch, int pieces, int piece)
    {
        Assert.Equal(0, batch.Rows % pieces);
        var rows = batch.Rows / pieces;
        return (rows * piece)..(rows * (piece + 1));
    }

    private static long CheckedCount(Tracked counts, TinyTraining training, RaggedBatch batch)
    {
        var wanted = counts.Integers();
        Assert.Equal(wanted, Enumerable.Range(0, wanted.Length).Select(piece => (int)batch.Count(training, Piece(batch, wanted.Length, piece))));
        return wanted.Sum();
    }

    private static void CheckLosses(Tracked? expected, List<double> losses, double tolerance)
    {
        if (expected is null)
        {
            return;
        }

        var each = expected.Kind == JsonValueKind.Array ? expected.Items() : [expected];
        Assert.Equal(each.Count, losses.Count);
        foreach (var (wanted, loss) in each.Zip(losses))
        {
            TrainedWeights.Near(wanted, loss, tolerance);
        }
    }

    /// <summary>Clips the gradients as the case says and compares their norms.</summary>
    private static void CheckGradients(Tracked given, Tracked expected, TinyTraining training, TrainedWeights weights, int step)
    {
        if (given.Find("max_norm")?.NumberOrNull() is { } maxNorm)
        {
            var type = given.Find("norm_type")?.NumberOrNull() ?? 2;
            Assert.True(type > 0, $"norm_type is {type}, which is no norm.");
            var before = GradientClipping.ByNorm(training.Weights, maxNorm, type);
            TrainedWeights.Near(expected.Find("total_norm") ?? expected["total_norms"].Items()[step], before, GradientTolerance * before);
        }
        else if (given.Find("clip_value")?.NumberOrNull() is { } limit)
        {
            GradientClipping.ByValue(training.Weights, limit);
        }

        if (step == 0 && (expected.Find("gradient_norms_after") ?? expected.Find("gradient_norms_step_1")) is { } norms)
        {
            weights.CheckGradients(norms, GradientTolerance);
        }
    }

    private static double Allowed(JsonElement checks, string name) =>
        checks.ValueKind == JsonValueKind.Object && checks.TryGetProperty(name, out var difference) ? difference.GetDouble() : 0;

    [GeneratedRegex(@"\Arows (?<factor>\d+)\(i mod (?<period>\d+)\) \.\. \k<factor>\(i mod \k<period>\)\+(?<last>\d+) of the batch\z")]
    private static partial Regex BatchOfStep();
}
