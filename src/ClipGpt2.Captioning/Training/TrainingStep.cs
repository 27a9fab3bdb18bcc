using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Training;

/// <summary>One change of the weights: losses, gradients, clipping, update, average.</summary>
/// <remarks>Used by one thread.</remarks>
internal sealed class TrainingStep : IDisposable
{
    private readonly TrainedModel _model;
    private readonly double? _maxGradientNorm;
    private readonly double _normType;

    public TrainingStep(TrainedModel model, OptimizationOptions options, double learningRate)
    {
        _model = model;
        (_maxGradientNorm, _normType) = (options.MaxGradientNorm, options.GradientNormType);
        Optimizer = Optimizer.Create(options, model.Weights, learningRate);
        Average = options.AverageDecay is { } decay ? new WeightAverage(model.Weights, decay) : null;
    }

    public Optimizer Optimizer { get; }

    /// <summary>The average of the weights, or null if none is kept.</summary>
    public WeightAverage? Average { get; }

    /// <summary>Makes one step over one or more batches, whose loss is averaged over the tokens of all.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="rateFactor">What the schedule multiplies the learning rates by.</param>
    /// <param name="dropout">The random zeros of each batch's pass; null for none.</param>
    /// <returns>The loss before the step, and the gradient's norm before clipping (NaN if it wasn't asked for).</returns>
    /// <exception cref="TrainingDivergedException">The loss or the gradient isn't finite; no weight was changed.</exception>
    public (double Loss, double GradientNorm) Run(IReadOnlyList<TrainingBatch> batches, double rateFactor, Func<int, DropoutMasks?>? dropout = null)
    {
        try
        {
            var loss = Backward(batches, dropout);
            Require(loss, "loss");
            var norm = _maxGradientNorm is { } most ? GradientClipping.ByNorm(_model.Weights, most, _normType) : double.NaN;
            if (_maxGradientNorm is not null)
            {
                Require(norm, "gradient");
            }

            Optimizer.Step(rateFactor);
            Average?.Update();
            return (loss, norm);
        }
        finally
        {
            Optimizer.ZeroGradients();
        }
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
    }

    private double Backward(IReadOnlyList<TrainingBatch> batches, Func<int, DropoutMasks?>? dropout)
    {
        var tokens = batches.Sum(batch => (long)batch.Captions.Labels.Length);
        if (tokens == 0)
        {
            throw new TrainingDivergedException("No token of this step's captions counts for the loss, which so has no value: look for captions that are empty or hold nothing but token 0.");
        }

        var loss = 0.0;
        for (var i = 0; i < batches.Count; i++)
        {
            // A batch without a token that counts adds nothing to a step of several.
            if (batches[i].Captions.Labels.Length > 0)
            {
                loss += _model.Backward(batches[i], tokens, dropout?.Invoke(i));
            }
        }

        return loss;
    }

    private static void Require(double figure, string name)
    {
        if (!double.IsFinite(figure))
        {
            throw new TrainingDivergedException(
                $"The {name} is {figure}: the training has diverged. Lower the learning rate, warm it up, clip gradients (MaxGradientNorm), and look for NaN in embeddings. Checkpoints that were written before are unharmed.");
        }
    }
}
