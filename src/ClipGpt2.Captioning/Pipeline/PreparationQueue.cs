using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>Decodes and preprocesses pictures on other threads, in order and never more than two batches ahead of the models.</summary>
/// <remarks>Belongs to one call; its methods are called by one thread at a time.</remarks>
internal sealed class PreparationQueue : IDisposable
{
    private readonly IEnumerator<ImageSource> _sources;
    private readonly Queue<Task<PreparedImage>> _pending = new();
    private readonly SemaphoreSlim _threads;
    private readonly ImagePreprocessor _preprocessor;
    private readonly CaptionerOptions _options;
    private readonly CancellationToken _token;
    private bool _exhausted;
    private long _count;

    public PreparationQueue(IEnumerable<ImageSource> sources, ImagePreprocessor preprocessor, CaptionerOptions options, CancellationToken token)
    {
        _sources = sources.GetEnumerator();
        _preprocessor = preprocessor;
        _options = options;
        _token = token;
        _threads = new SemaphoreSlim(options.PreprocessingThreads);
    }

    /// <summary>The next pictures, at most a batch; empty at the end.</summary>
    public List<PreparedImage> NextBatch()
    {
        Fill();
        var batch = new List<PreparedImage>();
        while (batch.Count < _options.BatchSize && _pending.TryDequeue(out var task))
        {
            batch.Add(task.GetAwaiter().GetResult());
        }

        // What follows is prepared while the models work on this batch.
        Fill();
        return batch;
    }

    public void Dispose() => _sources.Dispose();

    private void Fill()
    {
        while (!_exhausted && _pending.Count < 2 * _options.BatchSize)
        {
            _token.ThrowIfCancellationRequested();
            if (_sources.MoveNext())
            {
                _pending.Enqueue(PrepareAsync(_sources.Current, _count++));
            }
            else
            {
                _exhausted = true;
            }
        }
    }

    private async Task<PreparedImage> PrepareAsync(ImageSource source, long number)
    {
        await _threads.WaitAsync(_token).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => PreparedImage.From(source, _preprocessor, _options) with { Number = number }, _token).ConfigureAwait(false);
        }
        finally
        {
            _threads.Release();
        }
    }
}
