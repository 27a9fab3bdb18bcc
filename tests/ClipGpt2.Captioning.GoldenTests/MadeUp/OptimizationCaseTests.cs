using System.Globalization;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.GoldenTests.Train;
using ClipGpt2.Captioning.Training.Optimization;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>Norms and rules of the training files' options, whose expected figures are computed here in double precision out of the gradients alone.</summary>
[Trait("Golden", "train")]
public sealed class OptimizationCaseTests
{
    private const string Name = "train/optimization.json";

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("\"inf\"")]
    public void Gradients_are_clipped_by_the_norm_of_the_case(string type)
    {
        var gradients = Gradients();
        var power = type == "\"inf\"" ? double.PositiveInfinity : double.Parse(type, CultureInfo.InvariantCulture);
        var magnitudes = gradients.SelectMany(g => g.Value.Gradient).Select(g => Math.Abs((double)g)).ToList();
        var total = double.IsInfinity(power) ? magnitudes.Max() : Math.Pow(magnitudes.Sum(g => Math.Pow(g, power)), 1 / power);
        var factor = total / 2 / (total + 1e-6);
        var after = gradients.Where(g => IsCompared(g.Key)).ToDictionary(g => g.Key, g => (JsonNode?)(factor * Norm(g.Value.Gradient.Select(v => (double)v))));
        MadeUpCase.Run(new OptimizationSuite(), Name, new JsonObject
        {
            ["options"] = new JsonObject { ["max_norm"] = total / 2, ["norm_type"] = JsonNode.Parse(type) },
            ["expected"] = new JsonObject { ["total_norm"] = total, ["gradient_norms_after"] = new JsonObject(after) },
        });
    }

    /// <summary>p -= lr m / (sqrt(v) + eps) with m = (1 - b1) g and v = (1 - b2) g² at the first step, and then p -= lr decay p.</summary>
    [Fact]
    public void The_old_AdamW_goes_without_the_correction_where_the_case_says_so()
    {
        const double Rate = 1e-3, Decay = 0.1;
        var expected = new JsonObject();
        foreach (var (name, (before, gradient)) in Gradients().Where(g => IsCompared(g.Key)))
        {
            var after = before.Zip(gradient, (p, g) => p - (Rate * 0.1 * g / (Math.Sqrt(0.001 * g * g) + 1e-6))).Select(p => p - (Rate * Decay * p)).ToList();
            expected[name] = new JsonObject { ["sum"] = after.Sum(), ["l2"] = Norm(after), ["change_l2"] = Norm(after.Zip(before, (a, b) => a - b)) };
        }

        MadeUpCase.Run(new OptimizationSuite(), Name, Case(correctBias: false));
        Assert.ThrowsAny<XunitException>(() => MadeUpCase.Run(new OptimizationSuite(), Name, Case(correctBias: true)));

        JsonObject Case(bool correctBias) => new()
        {
            ["options"] = new JsonObject { ["optimizer"] = "transformers 4.30.2 AdamW", ["lr"] = Rate, ["weight_decay"] = Decay, ["correct_bias"] = correctBias, ["steps"] = 1 },
            ["expected"] = new JsonObject { ["final"] = expected.DeepClone() },
        };
    }

    [Theory]
    [InlineData("optimizer", "\"torch.optim.RAdam\"")]
    [InlineData("maximize", "true")]
    [InlineData("norm_type", "-1")]
    public void What_isnt_offered_is_refused_by_its_name(string option, string value)
    {
        var golden = Clipping(option, value);
        Assert.Equal(option, NotOffered.Among(Name, MadeUpCase.Element(golden))!.Name);
        MadeUpCase.Run(new OptimizationSuite(), Name, golden);
    }

    [Theory]
    [InlineData("maximise", "true")]
    [InlineData("convention", "\"median_of_means\"")]
    [InlineData("batch_of_step", "\"rows 3i .. 3i+2 of the batch\"")]
    public void What_nobody_knows_fails(string option, string value) =>
        Assert.ThrowsAny<Exception>(() => MadeUpCase.Run(new OptimizationSuite(), Name, Clipping(option, value)));

    private static JsonObject Clipping(string option, string value)
    {
        var golden = MadeUpCase.First(Name, c => c["options"]!["max_norm"] is not null && c["options"]!["optimizer"] is not null);
        golden["options"]![option] = JsonNode.Parse(value);
        return golden;
    }

    /// <summary>The weights that the file's cases start from, and their gradients of the whole batch's loss.</summary>
    private static Dictionary<string, (float[] Weight, float[] Gradient)> Gradients()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining();
        var batch = new RaggedBatch(GoldenTensorFile.Open(Path.ChangeExtension(Name, ".safetensors")));
        batch.Loss(training, .., (logits, labels) => NextTokenLoss.Mean(logits, labels)).backward();
        return training.Weights.ToDictionary(weight => weight.Name, weight => (weight.Weight.ToFloats(), weight.Weight.grad!.ToFloats()));
    }

    /// <summary>A third of the attention's bias has gradients of nothing but rounding.</summary>
    private static bool IsCompared(string name) => !name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal);

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
}
