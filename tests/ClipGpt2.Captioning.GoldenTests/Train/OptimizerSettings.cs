using System.Text.RegularExpressions;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The optimizer that a case's options describe in torch's words.</summary>
internal sealed partial class OptimizerSettings
{
    // Of the AdamW that transformers had; torch's optimizers have 1e-8.
    private const double TransformersEpsilon = 1e-6;

    /// <summary>Ways to the same numbers.</summary>
    private static readonly string[] Implementations = ["foreach", "fused", "capturable", "differentiable"];

    public OptimizerSettings(Tracked given, bool spareBiasesAndNorms)
    {
        var name = given["optimizer"].Text();
        var kind = KindOf(name) ?? throw new InvalidOperationException($"There is no optimizer '{name}'.");
        Options = new OptimizationOptions { Optimizer = kind, SpareBiasesAndNorms = spareBiasesAndNorms };
        LearningRate = (given.Find("lr") ?? given["learning_rate"]).Number();
        Options.Epsilon = kind == OptimizerKind.TransformersAdamW ? TransformersEpsilon : Options.Epsilon;
        Options.Epsilon = given.Find("eps")?.NumberOrNull() ?? Options.Epsilon;
        if (given.Find("betas") is { } betas)
        {
            (Options.Beta1, Options.Beta2) = (betas.Items()[0].Number(), betas.Items()[1].Number());
        }

        Options.WeightDecay = given.Find("weight_decay")?.NumberOrNull() ?? 0;
        Options.AmsGrad = given.Find("amsgrad")?.Flag() ?? false;
        Options.CorrectBias = given.Find("correct_bias")?.Flag() ?? true;
        Options.Momentum = given.Find("momentum")?.NumberOrNull() ?? 0;
        Options.Dampening = given.Find("dampening")?.NumberOrNull() ?? 0;
        Options.Nesterov = given.Find("nesterov")?.Flag() ?? false;
        foreach (var way in Implementations)
        {
            given.Find(way)?.Informational();
        }

        new CaptionTrainerOptions { LearningRate = LearningRate, Optimization = Options }.Validate();
    }

    public OptimizationOptions Options { get; }

    public double LearningRate { get; }

    /// <summary>The rule by the names that the folder's files give it, with or without a remark in brackets; null for one that isn't offered.</summary>
    public static OptimizerKind? KindOf(string name) => Remark().Replace(name, "") switch
    {
        "sgd" or "torch.optim.SGD" => OptimizerKind.Sgd,
        "adam" or "torch.optim.Adam" => OptimizerKind.Adam,
        "adamw" or "torch.optim.AdamW" or "torch_AdamW" => OptimizerKind.AdamW,
        var other => TransformersAdamW().IsMatch(other) ? OptimizerKind.TransformersAdamW : null,
    };

    public Optimizer Create(IReadOnlyList<TrainedWeight> weights) => Optimizer.Create(Options, weights, LearningRate);

    [GeneratedRegex(@" \(.*\)\z")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\Atransformers[ _]4\.[0-9.]+[ _]AdamW\z")]
    private static partial Regex TransformersAdamW();
}
