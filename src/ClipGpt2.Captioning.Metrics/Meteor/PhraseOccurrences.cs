namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The phrases of one caption that the table of paraphrases has, by their places and then by their lengths.</summary>
internal sealed class PhraseOccurrences
{
    public static readonly PhraseOccurrences None = new();

    private readonly List<Occurrence> _all = [];

    /// <summary>For each place, where its phrases start in the list of all.</summary>
    private readonly List<int> _starts = [];

    public ReadOnlySpan<Occurrence> All => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_all);

    /// <summary>The phrases that start at a place, shortest first.</summary>
    public ReadOnlySpan<Occurrence> At(int place) => _starts.Count == 0 ? [] : All[_starts[place].._starts[place + 1]];

    /// <summary>Looks up all stretches of a caption.</summary>
    public static PhraseOccurrences Of(ParaphraseTable table, IReadOnlyList<string> words)
    {
        var occurrences = new PhraseOccurrences();
        for (var place = 0; place < words.Count; place++)
        {
            occurrences._starts.Add(occurrences._all.Count);
            var text = "";
            for (var length = 1; length <= table.LongestPhrase && place + length <= words.Count; length++)
            {
                text = length == 1 ? words[place] : $"{text} {words[place + length - 1]}";
                var phrase = table.Find(text);
                if (phrase >= 0)
                {
                    occurrences._all.Add(new Occurrence(place, length, phrase));
                }
            }
        }

        occurrences._starts.Add(occurrences._all.Count);
        return occurrences;
    }

    /// <summary>A phrase of the table in a caption.</summary>
    public readonly record struct Occurrence(int Place, int Length, int Phrase);
}
