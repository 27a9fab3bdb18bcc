namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The paraphrases of phrases that captions have, kept so that they can be looked for among many.</summary>
/// <remarks>Frequent words have hundreds of paraphrases, of which a caption has one or none. One for each thread.</remarks>
internal sealed class ParaphraseLists(ParaphraseTable table)
{
    /// <summary>A list up to this many times as long as the set is quicker gone through than searched.</summary>
    private const int ScannedUpTo = 2;

    private readonly Dictionary<int, Paraphrases> _known = [];

    /// <summary>Finds the paraphrases of a phrase in the first column that are in a set, with their ranks in the table's order; the last one first.</summary>
    public void Find(int first, HashSet<int> among, List<(int Rank, int Second)> found)
    {
        found.Clear();
        var paraphrases = Of(first);
        if (paraphrases.Seconds.Length <= ScannedUpTo * among.Count)
        {
            for (var i = 0; i < paraphrases.Seconds.Length; i++)
            {
                if (among.Contains(paraphrases.Seconds[i]))
                {
                    found.Add((paraphrases.Ranks[i], paraphrases.Seconds[i]));
                }
            }
        }
        else
        {
            foreach (var second in among)
            {
                paraphrases.AddRanks(second, found);
            }
        }

        found.Sort((a, b) => b.Rank.CompareTo(a.Rank));
    }

    private Paraphrases Of(int first)
    {
        if (!_known.TryGetValue(first, out var paraphrases))
        {
            var seconds = table.ParaphrasesOf(first);
            var ranks = Enumerable.Range(0, seconds.Length).ToArray();
            Array.Sort(seconds, ranks);
            _known[first] = paraphrases = new Paraphrases(seconds, ranks);
        }

        return paraphrases;
    }

    /// <summary>The second column's phrases, ascending by their numbers, with their ranks.</summary>
    private sealed record Paraphrases(int[] Seconds, int[] Ranks)
    {
        public void AddRanks(int second, List<(int Rank, int Second)> found)
        {
            var place = Array.BinarySearch(Seconds, second);
            if (place < 0)
            {
                return;
            }

            while (place > 0 && Seconds[place - 1] == second)
            {
                place--;
            }

            for (; place < Seconds.Length && Seconds[place] == second; place++)
            {
                found.Add((Ranks[place], second));
            }
        }
    }
}
