namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>One step of stochastic gradient descent for one weight as numbers.</summary>
/// <remarks>
/// g += <see cref="Decay"/> w; with a momentum b = <see cref="Momentum"/> b + <see cref="BufferShare"/> g, and then g = b, or with
/// <see cref="Nesterov"/> g += <see cref="Momentum"/> b; w -= <see cref="LearningRate"/> g. Source: <c>torch.optim.SGD</c>, whose first
/// gradient fills the buffer undampened.
/// </remarks>
internal readonly record struct SgdStep
{
    /// <summary>The numbers of a step.</summary>
    /// <param name="options">The rule's constants.</param>
    /// <param name="step">Which step of the weight it is, from 1.</param>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="decay">How strongly the weight is drawn to 0.</param>
    public SgdStep(OptimizationOptions options, long step, double learningRate, double decay)
    {
        LearningRate = learningRate;
        Decay = decay;
        Momentum = options.Momentum;
        BufferShare = step == 1 ? 1 : 1 - options.Dampening;
        Nesterov = options.Nesterov;
    }

    public double LearningRate { get; }

    public double Decay { get; }

    public double Momentum { get; }

    public double BufferShare { get; }

    public bool Nesterov { get; }
}
