namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Counts equal numbers.</summary>
internal static class RunLengths
{
    private const int SortedByInsertion = 24;

    /// <summary>Sorts numbers, keeps each once at the front, and counts them.</summary>
    /// <returns>How many different ones there are.</returns>
    public static int Encode(Span<int> ids, Span<int> counts)
    {
        Sort(ids);
        var distinct = 0;
        for (var i = 0; i < ids.Length;)
        {
            var end = i + 1;
            while (end < ids.Length && ids[end] == ids[i])
            {
                end++;
            }

            ids[distinct] = ids[i];
            counts[distinct++] = end - i;
            i = end;
        }

        return distinct;
    }

    /// <summary>Captions are short: a call of the general sort costs more than their sorting.</summary>
    private static void Sort(Span<int> ids)
    {
        if (ids.Length > SortedByInsertion)
        {
            ids.Sort();
            return;
        }

        for (var i = 1; i < ids.Length; i++)
        {
            var (id, place) = (ids[i], i);
            for (; place > 0 && ids[place - 1] > id; place--)
            {
                ids[place] = ids[place - 1];
            }

            ids[place] = id;
        }
    }
}
