using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Stochastic gradient descent with or without momentum.</summary>
internal sealed unsafe class SgdRule(OptimizationOptions options) : UpdateRule<SgdTask>
{
    private readonly bool _hasMomentum = options.Momentum > 0;

    public override IReadOnlyList<string> StateNames { get; } = options.Momentum > 0 ? ["momentum_buffer"] : [];

    protected override SgdTask Task(WeightUpdate update) => new()
    {
        Weight = PlainMemory.Of(update.Target.Weight),
        Gradient = PlainMemory.Of(update.Gradient),
        Buffer = _hasMomentum ? PlainMemory.Of(update.Target.State[0]) : null,
        Elements = update.Target.Weight.numel(),
        Step = StepOf(update),
    };

    protected override void ApplyOnTensors(WeightUpdate update)
    {
        using var scope = torch.NewDisposeScope();
        var (weight, step) = (update.Target.Weight, StepOf(update));
        var gradient = step.Decay == 0 ? update.Gradient : update.Gradient.Plus(weight, step.Decay);
        if (_hasMomentum)
        {
            var buffer = update.Target.State[0].TimesInPlace(step.Momentum).PlusInPlace(gradient, step.BufferShare);
            gradient = step.Nesterov ? gradient.Plus(buffer, step.Momentum) : buffer;
        }

        weight.PlusInPlace(gradient, -step.LearningRate);
    }

    private SgdStep StepOf(WeightUpdate update) => new(options, update.Target.Steps, update.LearningRate, update.Target.Decay);
}
