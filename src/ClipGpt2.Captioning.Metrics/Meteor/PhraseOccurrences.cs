namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The phrases of one caption that the table of paraphrases has.</summary>
internal sealed class PhraseOccurrences
{
    public static readonly PhraseOccurrences None = new();

    private readonly List<(int Start, int Length, int Phrase)> _found = [];

    /// <summary>The paraphrases of each, ascending; only of the side that asks.</summary>
    private readonly List<int[]> _paraphrases = [];

    /// <summary>Looks up all stretches of a caption.</summary>
    /// <param name="table">The paraphrases.</param>
    /// <param name="words">The caption's words.</param>
    /// <param name="withParaphrases">Whether to fetch the paraphrases too.</param>
    public static PhraseOccurrences Of(ParaphraseTable table, IReadOnlyList<string> words, bool withParaphrases)
    {
        var occurrences = new PhraseOccurrences();
        for (var start = 0; start < words.Count; start++)
        {
            var text = "";
            for (var length = 1; length <= table.LongestPhrase && start + length <= words.Count; length++)
            {
                text = length == 1 ? words[start] : $"{text} {words[start + length - 1]}";
                var phrase = table.Find(text);
                if (phrase >= 0)
                {
                    occurrences._found.Add((start, length, phrase));
                    occurrences._paraphrases.Add(withParaphrases ? table.ParaphrasesOf(phrase) : []);
                }
            }
        }

        return occurrences;
    }

    /// <summary>Adds the matches of the candidate's phrases with this caption's that start at a word.</summary>
    public void AddParaphrases(PhraseOccurrences test, int start, List<MeteorMatch> matches)
    {
        var first = _found.FindIndex(f => f.Start == start);
        if (first < 0)
        {
            return;
        }

        for (var t = 0; t < test._found.Count; t++)
        {
            for (var r = first; r < _found.Count && _found[r].Start == start; r++)
            {
                // A pair that the table lists both ways is found twice, and so has a rival: itself.
                for (var times = Count(test._paraphrases[t], _found[r].Phrase); times > 0; times--)
                {
                    matches.Add(new MeteorMatch(start, _found[r].Length, test._found[t].Start, test._found[t].Length, 3));
                }
            }
        }
    }

    /// <summary>How often a number is in an ascending list.</summary>
    private static int Count(ReadOnlySpan<int> ascending, int number)
    {
        var place = ascending.BinarySearch(number);
        if (place < 0)
        {
            return 0;
        }

        var before = place > 0 && ascending[place - 1] == number;
        var after = place + 1 < ascending.Length && ascending[place + 1] == number;
        return before || after ? 2 : 1;
    }
}
