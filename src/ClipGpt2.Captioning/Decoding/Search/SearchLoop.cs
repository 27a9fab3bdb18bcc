using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Runs the searches of a batch of images over one session, step by step, until all have ended.</summary>
internal static class SearchLoop
{
    /// <summary>Below this many scores in a step, dividing them among threads costs more than it saves.</summary>
    private const long ScoresWorthThreads = 150_000;

    /// <param name="session">With one row for each image.</param>
    /// <param name="images">In the order of the session's rows.</param>
    /// <param name="settings">The settings of them all.</param>
    /// <param name="token">Looked at before each step.</param>
    public static void Run(IDecodingSession session, IReadOnlyList<ImageSearch> images, SearchSettings settings, CancellationToken token)
    {
        var running = images.ToList();
        List<int> parents = [], tokens = [];
        while (running.Count > 0)
        {
            token.ThrowIfCancellationRequested();
            var firstRows = FirstRows(running);
            StepAll(session, running, firstRows, settings);
            parents.Clear();
            tokens.Clear();
            for (var i = 0; i < running.Count; i++)
            {
                parents.AddRange(running[i].Parents.Select(p => firstRows[i] + p));
                tokens.AddRange(running[i].Tokens);
            }

            running.RemoveAll(image => image.Parents.Count == 0);
            if (running.Count > 0)
            {
                session.Advance(CollectionsMarshal.AsSpan(parents), CollectionsMarshal.AsSpan(tokens));
            }
        }
    }

    private static int[] FirstRows(List<ImageSearch> images)
    {
        var first = new int[images.Count];
        for (var i = 1; i < first.Length; i++)
        {
            first[i] = first[i - 1] + images[i - 1].Rows;
        }

        return first;
    }

    private static void StepAll(IDecodingSession session, List<ImageSearch> images, int[] firstRows, SearchSettings settings)
    {
        // An observer is promised to be called for one image after the other.
        if (images.Count == 1 || settings.Options.Observer is not null || (long)session.Rows * settings.VocabularySize < ScoresWorthThreads)
        {
            for (var i = 0; i < images.Count; i++)
            {
                images[i].Step(session, firstRows[i]);
            }

            return;
        }

        try
        {
            Parallel.For(0, images.Count, i => images[i].Step(session, firstRows[i]));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
