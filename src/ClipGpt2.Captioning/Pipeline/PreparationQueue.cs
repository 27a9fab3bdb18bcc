using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>Decodes and preprocesses pictures on other threads, in order and within bounds ahead of the models.</summary>
/// <remarks>
/// Belongs to one call; its methods are called by one thread at a time, which is also the one that reads the sources. What goes wrong with the
/// sources themselves is thrown in its turn, after the pictures before it.
/// </remarks>
internal sealed class PreparationQueue : IDisposable
{
    private readonly IEnumerator<ImageSource> _sources;
    private readonly Queue<Task<PreparedImage>> _pending = new();
    private readonly SemaphoreSlim _threads;
    private readonly ByteBudget _memory;
    private readonly ImagePreparation _preparation;
    private readonly PreparationLimits _limits;
    private readonly CancellationToken _token;
    private readonly CancellationTokenSource _stop;
    private bool _exhausted;
    private long _count;
    private long _largest;

    public PreparationQueue(IEnumerable<ImageSource> sources, ImagePreparation preparation, PreparationLimits limits, CancellationToken token)
    {
        _sources = sources.GetEnumerator();
        _preparation = preparation;
        _limits = limits;
        _token = token;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        _threads = new SemaphoreSlim(limits.Threads);
        _memory = new ByteBudget(limits.WorkingBytes);
        _largest = preparation.Preprocessor.FixedSize is { } size ? PixelBytes(size) : 0;
    }

    /// <summary>The next pictures, at most so many; empty at the end.</summary>
    public List<PreparedImage> NextBatch(int count)
    {
        var batch = new List<PreparedImage>(count);
        Fill();
        while (batch.Count < count && _pending.TryDequeue(out var task))
        {
            var image = task.GetAwaiter().GetResult();
            _largest = Math.Max(_largest, PixelBytes(image.Size));
            batch.Add(image);
            Fill();
        }

        return batch;
    }

    /// <summary>Ends the work; what is being decoded is waited for, so that no thread is left.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        try
        {
            Task.WaitAll([.. _pending]);
        }
        catch (AggregateException)
        {
            // Nobody asks for these any more.
        }

        _sources.Dispose();
        _threads.Dispose();
        _stop.Dispose();
    }

    private static long PixelBytes(ImageSize size) => 3L * sizeof(float) * size.Height * size.Width;

    /// <summary>Whether one more picture may be begun: each counts as the largest so far. Before the first is known, each thread has one.</summary>
    private bool HasRoom() => _pending.Count == 0 || _pending.Count < Math.Min(_limits.Pictures, _largest == 0 ? _limits.Threads : _limits.Bytes / _largest);

    private void Fill()
    {
        while (!_exhausted && HasRoom())
        {
            _token.ThrowIfCancellationRequested();
            if (Begin() is { } task)
            {
                _pending.Enqueue(task);
            }
        }
    }

    /// <summary>Begins the work on the next picture; null at the end.</summary>
    private Task<PreparedImage>? Begin()
    {
        try
        {
            _exhausted = !_sources.MoveNext();
            return _exhausted ? null : PrepareAsync(_sources.Current, _count++);
        }
        catch (Exception e)
        {
            _exhausted = true;
            return Task.FromException<PreparedImage>(e);
        }
    }

    private async Task<PreparedImage> PrepareAsync(ImageSource source, long number)
    {
        await _threads.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => PrepareWithinBudgetAsync(source, number), _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _threads.Release();
        }
    }

    private async Task<PreparedImage> PrepareWithinBudgetAsync(ImageSource source, long number)
    {
        var cost = PictureCost.Of(source, _preparation.Decoder, _preparation.Decoding);
        await _memory.TakeAsync(cost, _stop.Token).ConfigureAwait(false);
        try
        {
            return PreparedImage.From(source, _preparation) with { Number = number };
        }
        finally
        {
            _memory.GiveBack(cost);
        }
    }
}
