using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The distinct words and phrases of a candidate ("test"), each with all places where it stands.</summary>
/// <remarks>
/// What matches a word of the reference is a few terms, however often these stand in the candidate: so texts of any length are aligned without a list of all
/// pairs. An occurrence of a term is a <em>slot</em>; the slots of a term lie side by side, by place. Keeps room to work in; one for each thread.
/// </remarks>
internal sealed class TestTerms
{
    private const int None = -1;

    private readonly Dictionary<int, int> _termOfWord = [];
    private readonly Dictionary<int, int> _termOfPhrase = [];
    private readonly List<Term> _terms = [];
    private readonly List<(int Term, int Place)> _occurrences = [];
    private int _words;
    private int[] _places = [];
    private int[] _termOfSlot = [];
    private long[] _placeSums = [0];
    private int[] _coverStarts = [];
    private int[] _coverSlots = [];

    public int Count => _terms.Count;

    public int SlotCount => _occurrences.Count;

    /// <summary>The places of all slots.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, SlotCount);

    public ref readonly Term this[int term] => ref CollectionsMarshal.AsSpan(_terms)[term];

    /// <summary>Reads a candidate.</summary>
    public void Read(ReadOnlySpan<int> words, PhraseOccurrences phrases)
    {
        _terms.Clear();
        _termOfWord.Clear();
        _termOfPhrase.Clear();
        _occurrences.Clear();
        _words = words.Length;
        for (var place = 0; place < words.Length; place++)
        {
            AddOccurrence(_termOfWord, words[place], place, new Term(words[place], None, 1, 0, 0));
        }

        foreach (var phrase in phrases.All)
        {
            AddPhrase(phrase);
        }

        PlaceSlots();
        CoverPlaces();
    }

    /// <summary>The term of a word, or -1.</summary>
    public int OfWord(int word) => _termOfWord.GetValueOrDefault(word, None);

    /// <summary>The term of a phrase of the table, or -1.</summary>
    public int OfPhrase(int phrase) => _termOfPhrase.GetValueOrDefault(phrase, None);

    public int TermOf(int slot) => _termOfSlot[slot];

    /// <summary>The slots that a word of the candidate is part of.</summary>
    public ReadOnlySpan<int> SlotsOver(int place) => _coverSlots.AsSpan(_coverStarts[place].._coverStarts[place + 1]);

    /// <summary>The slot of a term that stands at a place, or -1.</summary>
    public int SlotAt(in Term term, int place)
    {
        foreach (var slot in place < _words ? SlotsOver(place) : [])
        {
            if (slot >= term.Start && slot < term.End && _places[slot] == place)
            {
                return slot;
            }
        }

        return None;
    }

    /// <summary>The sum of the places of slots.</summary>
    public long SumOfPlaces(int from, int to) => _placeSums[to] - _placeSums[from];

    /// <summary>The first of some slots that stands at a place or after it, or their end.</summary>
    public int FirstFrom(int from, int to, int place)
    {
        var found = _places.AsSpan(from, to - from).BinarySearch(place);
        return from + (found < 0 ? ~found : found);
    }

    /// <summary>A phrase of one word is that word's term.</summary>
    private void AddPhrase(PhraseOccurrences.Occurrence phrase)
    {
        if (phrase.Length > 1)
        {
            AddOccurrence(_termOfPhrase, phrase.Phrase, phrase.Place, new Term(None, phrase.Phrase, phrase.Length, 0, 0));
        }
        else if (_occurrences[phrase.Place].Term is var term && _termOfPhrase.TryAdd(phrase.Phrase, term))
        {
            _terms[term] = _terms[term] with { Phrase = phrase.Phrase };
        }
    }

    private void AddOccurrence(Dictionary<int, int> known, int id, int place, Term fresh)
    {
        if (!known.TryGetValue(id, out var term))
        {
            known[id] = term = _terms.Count;
            _terms.Add(fresh);
        }

        _terms[term] = _terms[term] with { End = _terms[term].End + 1 };
        _occurrences.Add((term, place));
    }

    /// <summary>Lays the occurrences of each term side by side. They were read by place, and stay so.</summary>
    private void PlaceSlots()
    {
        var slot = 0;
        for (var term = 0; term < Count; term++)
        {
            var (start, count) = (slot, _terms[term].End);
            slot += count;
            _terms[term] = _terms[term] with { Start = start, End = start };
        }

        Grow(ref _places, SlotCount);
        Grow(ref _termOfSlot, SlotCount);
        Grow(ref _placeSums, SlotCount + 1);
        foreach (var (term, place) in _occurrences)
        {
            _places[_terms[term].End] = place;
            _termOfSlot[_terms[term].End] = term;
            _terms[term] = _terms[term] with { End = _terms[term].End + 1 };
        }

        for (var i = 0; i < SlotCount; i++)
        {
            _placeSums[i + 1] = _placeSums[i] + _places[i];
        }
    }

    private void CoverPlaces()
    {
        Grow(ref _coverStarts, _words + 2);
        Array.Clear(_coverStarts, 0, _words + 2);
        foreach (var term in _terms)
        {
            foreach (var place in _places.AsSpan(term.Start..term.End))
            {
                for (var word = place; word < place + term.Length; word++)
                {
                    _coverStarts[word + 2]++;
                }
            }
        }

        for (var word = 0; word < _words; word++)
        {
            _coverStarts[word + 2] += _coverStarts[word + 1];
        }

        Grow(ref _coverSlots, _coverStarts[_words + 1]);
        foreach (var term in _terms)
        {
            for (var slot = term.Start; slot < term.End; slot++)
            {
                for (var word = _places[slot]; word < _places[slot] + term.Length; word++)
                {
                    _coverSlots[_coverStarts[word + 1]++] = slot;
                }
            }
        }
    }

    private static void Grow<T>(ref T[] room, int length)
    {
        if (room.Length < length)
        {
            room = new T[length * 2];
        }
    }

    /// <summary>A word or phrase, and its slots from start to end.</summary>
    /// <param name="Word">The word's number, or -1 for a phrase of several.</param>
    /// <param name="Phrase">Its number in the table of paraphrases, or -1.</param>
    /// <param name="Length">How many words it has.</param>
    /// <param name="Start">Its first slot.</param>
    /// <param name="End">The end of its slots.</param>
    public readonly record struct Term(int Word, int Phrase, int Length, int Start, int End)
    {
        public int Count => End - Start;
    }
}
