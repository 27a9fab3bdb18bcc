using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>A weight with its learning rate, its decay and what the optimizer remembers of its gradients.</summary>
/// <param name="trained">The weight.</param>
/// <param name="learningRate">Its rate, which the schedule varies.</param>
/// <param name="decay">How strongly it is drawn to 0.</param>
internal sealed class OptimizedWeight(TrainedWeight trained, double learningRate, double decay) : IDisposable
{
    public string Name => trained.Name;

    public Tensor Weight => trained.Weight;

    public double LearningRate { get; } = learningRate;

    public double Decay { get; } = decay;

    /// <summary>How many steps had a gradient for this weight: torch counts by weight.</summary>
    public long Steps { get; set; }

    /// <summary>Tensors like the weight, as many as the rule keeps; none before the first step.</summary>
    public IReadOnlyList<Tensor> State { get; private set; } = [];

    /// <summary>Counts a step, and makes the state's tensors before the first.</summary>
    public void BeginStep(int stateTensors)
    {
        if (State.Count < stateTensors)
        {
            SetState([.. Enumerable.Range(0, stateTensors).Select(_ => Zeros())]);
        }

        Steps++;
    }

    /// <summary>Takes over tensors outside all dispose scopes.</summary>
    public void SetState(IReadOnlyList<Tensor> state)
    {
        Dispose();
        State = state;
    }

    public void Dispose()
    {
        foreach (var tensor in State)
        {
            tensor.Dispose();
        }

        State = [];
    }

    private Tensor Zeros()
    {
        using var frozen = no_grad();
        using var state = PlainMemory.CreateLike(Weight);
        return state.zero_().DetachFromDisposeScope();
    }
}
