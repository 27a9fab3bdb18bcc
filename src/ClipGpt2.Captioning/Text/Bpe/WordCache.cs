using System.Collections.Concurrent;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>Remembers the ids of words: captions use few different ones.</summary>
/// <remarks>Safe from any number of threads. It holds a bounded number of short words and starts anew when it is full.</remarks>
internal sealed class WordCache
{
    private const int MostWords = 1 << 15;
    private const int LongestWord = 48;

    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private int _count;

    public WordCache() => _bySpan = _words.GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => _words.Count;

    public bool TryGet(ReadOnlySpan<char> word, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out int[]? ids) => _bySpan.TryGetValue(word, out ids);

    public void Add(ReadOnlySpan<char> word, int[] ids)
    {
        if (word.Length > LongestWord || !_words.TryAdd(word.ToString(), ids))
        {
            return;
        }

        // Counted here because the dictionary's own count takes all its locks. Threads that pass the limit together clear it twice: no harm.
        if (Interlocked.Increment(ref _count) > MostWords)
        {
            Volatile.Write(ref _count, 0);
            _words.Clear();
        }
    }
}
