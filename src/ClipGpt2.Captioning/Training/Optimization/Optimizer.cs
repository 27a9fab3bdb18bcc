using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Changes the weights of a run by their gradients, step by step.</summary>
/// <remarks>
/// float32 weights on the CPU are changed in their own memory by fused kernels, whose result depends on neither the processor nor the number of
/// threads; others by libtorch's operators. Neither the weights nor the options may be changed by others while a step runs. Not safe from several threads.
/// </remarks>
internal sealed class Optimizer : IDisposable
{
    private const string NamePrefix = "optimizer.";
    private const string Steps = "step";

    private readonly UpdateRule _rule;
    private readonly OptimizedWeight[] _weights;

    private Optimizer(UpdateRule rule, OptimizedWeight[] weights)
    {
        _rule = rule;
        _weights = weights;
    }

    /// <summary>Creates the optimizer of a run.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="weights">What it changes; the weights stay their parts' own.</param>
    /// <param name="learningRate">The rate of the parts that have none of their own.</param>
    /// <returns>The optimizer, which remembers nothing yet; dispose it.</returns>
    public static Optimizer Create(OptimizationOptions options, IReadOnlyList<TrainedWeight> weights, double learningRate) => new(
        UpdateRule.Create(options),
        [
            .. weights.Select(weight => new OptimizedWeight(
                weight,
                RateOf(weight.Role, options) ?? learningRate,
                options.SpareBiasesAndNorms && weight.IsBiasOrNorm ? 0 : options.WeightDecay)),
        ]);

    /// <summary>Changes every weight that has a gradient.</summary>
    /// <param name="rateFactor">What the weights' rates are multiplied by in this step.</param>
    public void Step(double rateFactor)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var updates = new List<WeightUpdate>(_weights.Length);
        foreach (var weight in _weights)
        {
            if (weight.Weight.grad is { } gradient)
            {
                weight.BeginStep(_rule.StateNames.Count);
                updates.Add(new(weight, gradient.contiguous(), weight.LearningRate * rateFactor));
            }
        }

        _rule.Apply(updates);
    }

    /// <summary>Lets go of the gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var weight in _weights)
        {
            weight.Weight.grad = null;
        }
    }

    /// <summary>All that the optimizer remembers, by name: what <see cref="Restore"/> takes.</summary>
    /// <returns>Views, made as they are asked for; the caller's own. They follow further steps.</returns>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach (var weight in _weights.Where(weight => weight.State.Count > 0))
        {
            yield return new(NameOf(weight, Steps), tensor(weight.Steps).DetachFromDisposeScope());
            for (var i = 0; i < _rule.StateNames.Count; i++)
            {
                yield return new(NameOf(weight, _rule.StateNames[i]), weight.State[i].alias().DetachFromDisposeScope());
            }
        }
    }

    /// <summary>Goes on from what another optimizer of the same weights remembered, bit for bit.</summary>
    /// <param name="source">Where <see cref="State"/> was saved, perhaps among other things; stays the caller's.</param>
    /// <exception cref="CheckpointFormatException">It is the state of other weights or another rule; nothing has been changed.</exception>
    public void Restore(ITensorSource source)
    {
        using var scope = NewDisposeScope();
        var stored = new StoredState(source, NamePrefix);
        var states = _weights.Select(weight => Read(stored, weight)).ToList();
        stored.Finish();
        foreach (var (weight, (steps, state)) in _weights.Zip(states))
        {
            weight.Steps = steps;
            weight.SetState([.. state.Select(tensor => tensor.DetachFromDisposeScope())]);
        }
    }

    /// <summary>Frees what the optimizer remembers; the weights stay.</summary>
    public void Dispose() => Array.ForEach(_weights, weight => weight.Dispose());

    private static string NameOf(OptimizedWeight weight, string state) => $"{NamePrefix}{weight.Name}.{state}";

    /// <summary>What was remembered of a weight: nothing if it never had a gradient.</summary>
    private (long Steps, IReadOnlyList<Tensor> State) Read(StoredState stored, OptimizedWeight weight) =>
        _rule.StateNames.Count > 0 && stored.Has(NameOf(weight, Steps))
            ? (stored.ReadCount(NameOf(weight, Steps)), [.. _rule.StateNames.Select(name => stored.Read(NameOf(weight, name), weight.Weight))])
            : (0, []);

    private static double? RateOf(string role, OptimizationOptions options) => role switch
    {
        PartRole.Encoder => options.EncoderLearningRate,
        PartRole.Projector => options.ProjectorLearningRate,
        PartRole.Decoder => options.DecoderLearningRate,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
