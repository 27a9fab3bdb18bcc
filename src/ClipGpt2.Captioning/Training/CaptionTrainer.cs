using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Training.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Training;

/// <summary>Trains a captioner on pictures and their captions.</summary>
/// <remarks>
/// The captioner's parts that are trained must have been loaded with their weights plain (<see cref="CaptionerOptions.Trainable"/>, or
/// <see cref="Runtime.ComputeOptions.Trainable"/>); while it is trained nothing else may use it. A run works on a thread of its own. On the CPU the same
/// options, data and number of threads give the same weights, bit for bit, also if the run was killed and resumed. One trainer runs once at a time.
/// Follows the reference program's <c>Trainer.run</c>, and ClipCap's <c>train</c>, as the options choose.
/// </remarks>
public sealed class CaptionTrainer
{
    private readonly Captioner _captioner;
    private readonly CaptionTrainerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private int _running;

    /// <summary>Creates a trainer.</summary>
    /// <param name="captioner">The captioner, which stays the caller's.</param>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <param name="time">The clock that names a run's files; null for the system's.</param>
    /// <exception cref="CaptioningException">An option is wrong; all errors are listed.</exception>
    public CaptionTrainer(Captioner captioner, CaptionTrainerOptions? options = null, ILogger<CaptionTrainer>? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(captioner);
        _captioner = captioner;
        _options = options ?? new CaptionTrainerOptions();
        _options.Validate();
        _logger = logger ?? NullLogger<CaptionTrainer>.Instance;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Trains on a data set.</summary>
    /// <param name="training">The examples to learn from.</param>
    /// <param name="validation">The examples to judge by; null to judge by none.</param>
    /// <param name="progress">Is told of every step; null for nobody.</param>
    /// <param name="token">Ends the run between two steps; its state is saved first, where states are saved.</param>
    /// <returns>How the run ended. The captioner has the weights of the last step; the best are in the checkpoint.</returns>
    /// <exception cref="TrainingDivergedException">The loss isn't finite any more.</exception>
    /// <exception cref="CaptioningException">Parts, data or options don't fit together, pictures can't be read, or a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<TrainingResult> TrainAsync(
        ICaptionDataset training, ICaptionDataset? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        return RunAsync(session => session.Run(training, validation), progress, token);
    }

    /// <summary>Trains on a stream, whose pictures are encoded in every epoch anew.</summary>
    /// <param name="training">The examples to learn from.</param>
    /// <param name="validation">The examples to judge by; null to judge by none.</param>
    /// <param name="progress">Is told of every step; null for nobody.</param>
    /// <param name="token">Ends the run between two steps; its state is saved first, where states are saved.</param>
    /// <returns>How the run ended. The captioner has the weights of the last step; the best are in the checkpoint.</returns>
    /// <exception cref="TrainingDivergedException">The loss isn't finite any more.</exception>
    /// <exception cref="CaptioningException">Parts, data or options don't fit together, pictures can't be read, or a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<TrainingResult> TrainAsync(
        ICaptionStream training, ICaptionDataset? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        return RunAsync(session => session.Run(training, validation), progress, token);
    }

    /// <summary>Scopes and gradient modes are the thread's: a run stays on one.</summary>
    private Task<TrainingResult> RunAsync(Func<TrainingSession, TrainingResult> run, IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException("This trainer is at work: await its run, or create another trainer with another captioner.");
        }

        return Task.Factory.StartNew(
            () =>
            {
                try
                {
                    using var session = new TrainingSession(_captioner, _options, _logger, _time, progress, token);
                    KernelLog.Choices(_logger);
                    return run(session);
                }
                finally
                {
                    KernelLog.Choices(_logger);
                    Volatile.Write(ref _running, 0);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
