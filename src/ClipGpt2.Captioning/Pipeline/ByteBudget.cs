namespace ClipGpt2.Captioning.Pipeline;

/// <summary>Memory that work in progress shares: who needs more than is left waits, in the order of asking, and no thread is blocked.</summary>
/// <remarks>Who asks for more than there is in all gets it alone. Safe from any number of threads.</remarks>
/// <param name="limit">The bytes in all.</param>
internal sealed class ByteBudget(long limit)
{
    private readonly Lock _access = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Granted)> _waiting = new();
    private long _taken;

    /// <summary>Takes bytes as soon as they are free; whoever did gives them back.</summary>
    public Task TakeAsync(long bytes, CancellationToken token)
    {
        lock (_access)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _taken += bytes;
                return Task.CompletedTask;
            }

            var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, granted));
            return WaitAsync(bytes, granted, token);
        }
    }

    public void GiveBack(long bytes)
    {
        lock (_access)
        {
            _taken -= bytes;
            while (_waiting.TryPeek(out var next) && (next.Granted.Task.IsCompleted || Fits(next.Bytes)))
            {
                _waiting.Dequeue();
                _taken += next.Granted.TrySetResult() ? next.Bytes : 0;
            }
        }
    }

    private static async Task WaitAsync(long bytes, TaskCompletionSource granted, CancellationToken token)
    {
        using var cancellation = token.Register(() => granted.TrySetCanceled(token));
        await granted.Task.ConfigureAwait(false);
    }

    private bool Fits(long bytes) => _taken == 0 || _taken + bytes <= limit;
}
