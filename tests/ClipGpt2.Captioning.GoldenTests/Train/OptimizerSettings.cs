using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The optimizer that a case's options describe in torch's words.</summary>
internal sealed class OptimizerSettings
{
    // Of the AdamW that transformers had; torch's optimizers have 1e-8.
    private const double TransformersEpsilon = 1e-6;

    public OptimizerSettings(Tracked given, bool spareBiasesAndNorms)
    {
        Options = new OptimizationOptions { Optimizer = KindOf(given["optimizer"].Text()), SpareBiasesAndNorms = spareBiasesAndNorms };
        LearningRate = (given.Find("lr") ?? given["learning_rate"]).Number();
        Options.Epsilon = Options.Optimizer == OptimizerKind.TransformersAdamW ? TransformersEpsilon : Options.Epsilon;
        Options.Epsilon = given.Find("eps")?.Number() ?? Options.Epsilon;
        if (given.Find("betas") is { } betas)
        {
            (Options.Beta1, Options.Beta2) = (betas.Items()[0].Number(), betas.Items()[1].Number());
        }

        Options.WeightDecay = given.Find("weight_decay")?.Number() ?? 0;
        Options.AmsGrad = given.Find("amsgrad")?.Flag() ?? false;
        Options.Momentum = given.Find("momentum")?.Number() ?? 0;
        Options.Dampening = given.Find("dampening")?.Number() ?? 0;
        Options.Nesterov = given.Find("nesterov")?.Flag() ?? false;
    }

    public OptimizationOptions Options { get; }

    public double LearningRate { get; }

    public Optimizer Create(IReadOnlyList<TrainedWeight> weights) => Optimizer.Create(Options, weights, LearningRate);

    private static OptimizerKind KindOf(string name) => name.Split(' ')[0] switch
    {
        "sgd" or "torch.optim.SGD" => OptimizerKind.Sgd,
        "adam" or "torch.optim.Adam" => OptimizerKind.Adam,
        "torch.optim.AdamW" => OptimizerKind.AdamW,
        "transformers" => OptimizerKind.TransformersAdamW,
        _ => throw new InvalidOperationException($"There is no optimizer '{name}'."),
    };
}
