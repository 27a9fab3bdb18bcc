using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Adam, AdamW and the AdamW of transformers, each with or without AMSGrad.</summary>
internal sealed unsafe class AdamRule(OptimizationOptions options) : UpdateRule<AdamTask>
{
    private const int Mean = 0;
    private const int Square = 1;
    private const int LargestSquare = 2;

    public override IReadOnlyList<string> StateNames { get; } = options.AmsGrad ? ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] : ["exp_avg", "exp_avg_sq"];

    protected override AdamTask Task(WeightUpdate update)
    {
        var (weight, state) = (update.Target.Weight, update.Target.State);
        return new()
        {
            Weight = PlainMemory.Of(weight),
            Gradient = PlainMemory.Of(update.Gradient),
            Mean = PlainMemory.Of(state[Mean]),
            Square = PlainMemory.Of(state[Square]),
            LargestSquare = options.AmsGrad ? PlainMemory.Of(state[LargestSquare]) : null,
            Elements = weight.numel(),
            Step = StepOf(update),
        };
    }

    protected override void ApplyOnTensors(WeightUpdate update)
    {
        using var scope = torch.NewDisposeScope();
        var (weight, state, step) = (update.Target.Weight, update.Target.State, StepOf(update));
        using var squareShare = step.SquareShare.ToScalar();
        using var stepBack = (-step.StepSize).ToScalar();
        weight.TimesInPlace(step.DecayBefore);
        var gradient = step.GradientDecay == 0 ? update.Gradient : update.Gradient.Plus(weight, step.GradientDecay);
        state[Mean].lerp_(gradient, step.MeanShare);
        state[Square].TimesInPlace(step.SquareKept).addcmul_(gradient, gradient, squareShare);
        var divisor = options.AmsGrad ? state[LargestSquare].copy_(state[LargestSquare].maximum(state[Square])) : state[Square];
        weight.addcdiv_(state[Mean], divisor.sqrt().TimesInPlace(step.RootScale).PlusInPlace(step.Epsilon), stepBack);
        weight.PlusInPlace(weight, -step.DecayAfter);
    }

    private AdamStep StepOf(WeightUpdate update) => new(options, update.Target.Steps, update.LearningRate, update.Target.Decay);
}
