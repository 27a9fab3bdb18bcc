using ClipGpt2.Captioning.Training;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>A few lines at the end of the terminal, redrawn four times a second by a thread of its own, so that training doesn't wait for the terminal.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, string bestBy) : TrainingDisplay(bestBy)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ManualResetEventSlim _over = new();
    private Task? _drawing;

    public override void Ended(TrainingResult result)
    {
        base.Ended(result);
        End();
    }

    public override void Dispose()
    {
        End();
        _over.Dispose();
    }

    protected override void Changed() => _drawing ??= _over.IsSet ? Task.CompletedTask : Task.Factory.StartNew(Draw, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Draw()
    {
        try
        {
            console.Live(new RunScreen(View)).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).Start(context =>
            {
                while (!_over.Wait(Interval))
                {
                    context.UpdateTarget(new RunScreen(View));
                }

                context.UpdateTarget(new RunScreen(View));
            });
        }
        catch (IOException)
        {
            // Whoever closes the terminal loses sight of the run, which goes on.
        }
    }

    private void End()
    {
        _over.Set();
        _drawing?.Wait();
    }
}
