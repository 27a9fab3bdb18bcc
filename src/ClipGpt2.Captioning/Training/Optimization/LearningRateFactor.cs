namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>What the learning rates are multiplied by in each step of a run.</summary>
/// <remarks>
/// A function of the step alone, so a resumed run goes on with the same rates. Follows Hugging Face's <c>get_scheduler</c> (transformers 4.53,
/// <c>optimization.py</c>): after its end a cosine rises again, while a line and restarts stay at 0. Safe from any number of threads.
/// </remarks>
internal sealed class LearningRateFactor
{
    private const long UsualTimescale = 10_000;

    private readonly LearningRateSchedule _schedule;
    private readonly long _warmup;
    private readonly long _total;
    private readonly double _cycles;
    private readonly double _power;
    private readonly double _first;
    private readonly double _last;
    private readonly long _timescale;

    /// <summary>Reads the schedule's settings.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="learningRate">The run's learning rate, which a polynomial's final rate is a part of.</param>
    /// <param name="runSteps">How many steps the run makes, for a schedule that runs over all of them.</param>
    public LearningRateFactor(OptimizationOptions options, double learningRate, long runSteps)
    {
        _schedule = options.Schedule;
        _warmup = options.WarmupSteps;
        _total = options.ScheduleSteps ?? runSteps;
        _cycles = options.Cycles ?? (options.Schedule == LearningRateSchedule.Cosine ? 0.5 : 1);
        _power = options.Power;
        (_first, _last) = (learningRate, options.FinalLearningRate);
        _timescale = options.Timescale ?? (_warmup > 0 ? _warmup : UsualTimescale);
    }

    /// <summary>The factor of a step.</summary>
    /// <param name="step">From 0.</param>
    public double At(long step)
    {
        if (step < _warmup && _schedule != LearningRateSchedule.Constant)
        {
            return (double)step / _warmup;
        }

        return _schedule switch
        {
            LearningRateSchedule.Constant or LearningRateSchedule.ConstantWithWarmup => 1,
            LearningRateSchedule.Linear => Math.Max(0, (double)(_total - step) / Math.Max(1, _total - _warmup)),
            LearningRateSchedule.Cosine => Cosine(Math.PI * _cycles * 2 * Progress(step)),
            LearningRateSchedule.CosineWithRestarts => Progress(step) >= 1 ? 0 : Cosine(Math.PI * (_cycles * Progress(step) % 1)),
            LearningRateSchedule.Polynomial => Polynomial(step),
            LearningRateSchedule.InverseSquareRoot => 1 / Math.Sqrt((double)(step + _timescale - _warmup) / _timescale),
            _ => throw new InvalidOperationException($"There is no schedule {_schedule}."),
        };
    }

    private static double Cosine(double angle) => Math.Max(0, 0.5 * (1 + Math.Cos(angle)));

    /// <summary>How far the schedule has come since the warm-up: 1 at its end.</summary>
    private double Progress(long step) => (double)(step - _warmup) / Math.Max(1, _total - _warmup);

    private double Polynomial(long step) => step > _total
        ? _last / _first
        : (((_first - _last) * Math.Pow(1 - Progress(step), _power)) + _last) / _first;
}
