namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>One step of Adam for one weight as numbers, in which alone Adam's kinds differ.</summary>
/// <remarks>
/// w *= <see cref="DecayBefore"/>; g += <see cref="GradientDecay"/> w; m += <see cref="MeanShare"/> (g - m);
/// v = <see cref="SquareKept"/> v + <see cref="SquareShare"/> g²; w -= <see cref="StepSize"/> m / (<see cref="RootScale"/> √v +
/// <see cref="Epsilon"/>); w -= <see cref="DecayAfter"/> w. Sources: Kingma and Ba, 2015; <c>torch.optim.Adam</c> and <c>AdamW</c>;
/// <c>AdamW</c> of transformers 4.30.
/// </remarks>
internal readonly record struct AdamStep
{
    /// <summary>The numbers of a step.</summary>
    /// <param name="options">The kind and its constants.</param>
    /// <param name="step">Which step of the weight it is, from 1.</param>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="decay">How strongly the weight is drawn to 0.</param>
    public AdamStep(OptimizationOptions options, long step, double learningRate, double decay)
    {
        var meanCorrection = options.CorrectBias ? 1 - Math.Pow(options.Beta1, step) : 1;
        var rootCorrection = options.CorrectBias ? Math.Sqrt(1 - Math.Pow(options.Beta2, step)) : 1;
        var epsilonFirst = options.Optimizer == OptimizerKind.TransformersAdamW;
        DecayBefore = options.Optimizer == OptimizerKind.AdamW ? 1 - (learningRate * decay) : 1;
        GradientDecay = options.Optimizer == OptimizerKind.Adam ? decay : 0;
        MeanShare = 1 - options.Beta1;
        SquareKept = options.Beta2;
        SquareShare = 1 - options.Beta2;
        RootScale = epsilonFirst ? 1 : 1 / rootCorrection;
        Epsilon = options.Epsilon;
        StepSize = (epsilonFirst ? learningRate * rootCorrection : learningRate) / meanCorrection;
        DecayAfter = epsilonFirst ? learningRate * decay : 0;
    }

    public double DecayBefore { get; }

    public double GradientDecay { get; }

    public double MeanShare { get; }

    public double SquareKept { get; }

    public double SquareShare { get; }

    public double RootScale { get; }

    public double Epsilon { get; }

    public double StepSize { get; }

    public double DecayAfter { get; }
}
