using System.Globalization;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>WordNet's synsets of words and of their base forms, in METEOR's files.</summary>
internal sealed class SynonymTable
{
    /// <summary>Endings of inflected words and of their bases, the first that gives a known word counts.</summary>
    private static readonly (string Inflected, string Base)[] Endings =
    [
        ("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y"),
        ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("er", ""), ("est", ""), ("er", "e"), ("est", "e"),
    ];

    private readonly Dictionary<string, int[]> _synsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _bases = new(StringComparer.Ordinal);

    /// <summary>Reads the tables.</summary>
    /// <param name="synsets">A line with a word, a line with its synsets' numbers, and so on.</param>
    /// <param name="exceptions">A line with a base form, a line with its irregular forms, and so on.</param>
    public SynonymTable(MeteorLines synsets, MeteorLines exceptions)
    {
        foreach (var (word, numbers, line) in synsets.Pairs())
        {
            _synsets[word] = Numbers(numbers, synsets.Name, line);
        }

        foreach (var (word, forms, _) in exceptions.Pairs())
        {
            foreach (var form in forms.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!_bases.TryGetValue(form, out var bases))
                {
                    _bases[form] = bases = [];
                }

                bases.Add(word);
            }
        }
    }

    /// <summary>The synsets of a word and of its base forms, ascending.</summary>
    public int[] SynsetsOf(string word)
    {
        var synsets = new SortedSet<int>(_synsets.GetValueOrDefault(word, []));
        foreach (var form in BasesOf(word))
        {
            synsets.UnionWith(_synsets.GetValueOrDefault(form, []));
        }

        return [.. synsets];
    }

    private List<string> BasesOf(string word)
    {
        if (_bases.TryGetValue(word, out var exceptions))
        {
            return exceptions;
        }

        foreach (var (inflected, ending) in Endings)
        {
            if (word.EndsWith(inflected, StringComparison.Ordinal) && word[..^inflected.Length] + ending is var form && _synsets.ContainsKey(form))
            {
                return [form];
            }
        }

        return [];
    }

    private static int[] Numbers(string text, string file, int line)
    {
        var numbers = new List<int>();
        foreach (var part in text.AsSpan().Split(' '))
        {
            if (part.End.Value > part.Start.Value)
            {
                numbers.Add(int.TryParse(text.AsSpan()[part], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new CaptioningException($"{file}, line {line}: '{text[part]}' is not the number of a synset."));
            }
        }

        return [.. numbers];
    }
}
