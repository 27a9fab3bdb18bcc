using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Counts the tries that gained nothing, and waits before each further one, twice as long every time.</summary>
internal sealed class RetrySchedule(HubOptions options, ILogger logger)
{
    private int _failures;

    /// <summary>Tries something until it succeeds.</summary>
    /// <exception cref="DownloadException">It failed for good.</exception>
    public static async Task<T> RunAsync<T>(HubOptions options, ILogger logger, Func<Task<T>> attempt, CancellationToken token)
    {
        var retries = new RetrySchedule(options, logger);
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (DownloadException e)
            {
                await retries.WaitAsync(e, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The last try wasn't in vain.</summary>
    public void Gained() => _failures = 0;

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="DownloadException">There is none: the error won't pass, or it came too often.</exception>
    public Task WaitAsync(DownloadException error, CancellationToken token)
    {
        if (!error.IsPassing || _failures >= options.Retries)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        var delay = TimeSpan.FromSeconds(Math.Min(options.RetryDelay.TotalSeconds * Math.Pow(2, _failures), options.LongestRetryDelay.TotalSeconds));
        if (error.RetryAfter is { } wanted && wanted > delay)
        {
            delay = wanted <= options.LongestRetryDelay
                ? wanted
                : throw new DownloadException(
                    $"{error.Message} It asks to be left alone for {wanted.TotalSeconds:F0} s: try again then. What is there already is kept.", error) { StatusCode = error.StatusCode };
        }

        _failures++;
        HubLog.TryingAgain(logger, error.Message, delay.TotalSeconds);
        return Task.Delay(delay, token);
    }
}
