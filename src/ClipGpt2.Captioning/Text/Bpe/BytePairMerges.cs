namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>The ranked merges of a byte-pair encoding, over symbols: the positions of tokens in the tokenizer's symbol table.</summary>
/// <remarks>
/// Source: the loop of <c>GPT2Tokenizer.bpe</c>: the pair of lowest rank is looked for, all its occurrences are merged from left to right, and only
/// then the next pair is looked for. A priority queue finds the pairs, so that a word of n symbols takes n log n steps instead of n squared.
/// </remarks>
internal sealed class BytePairMerges
{
    private const int None = -1;

    private readonly Dictionary<(int Left, int Right), (int Rank, int Result)> _merges;

    public BytePairMerges(int capacity) => _merges = new(capacity);

    /// <summary>Adds the merge of the next rank. One that is there already gets the new rank.</summary>
    public void Add(int left, int right, int rank, int result) => _merges[(left, right)] = (rank, result);

    /// <summary>Merges a word in place.</summary>
    /// <param name="symbols">The word's symbols; on return, at the front, those that are left.</param>
    /// <returns>How many are left.</returns>
    public int Apply(Span<int> symbols)
    {
        if (symbols.Length < 2)
        {
            return symbols.Length;
        }

        var word = new Word(symbols);
        var queue = new PriorityQueue<int, ulong>(symbols.Length);
        for (var at = 0; at < symbols.Length - 1; at++)
        {
            Enqueue(queue, word, at);
        }

        // The pairs that a pass makes wait for its end, even those of a lower rank.
        var changed = new List<int>();
        while (queue.TryDequeue(out var at, out var priority))
        {
            MergeIfStillThere(word, at, priority, changed);
            while (queue.TryPeek(out at, out var next) && RankOf(next) == RankOf(priority))
            {
                queue.Dequeue();
                MergeIfStillThere(word, at, priority, changed);
            }

            changed.ForEach(position => Enqueue(queue, word, position));
            changed.Clear();
        }

        return word.CopyTo(symbols);
    }

    private static int RankOf(ulong priority) => (int)(priority >> 32);

    /// <summary>Queues the pair that begins at a position by its rank, then by the position.</summary>
    private void Enqueue(PriorityQueue<int, ulong> queue, Word word, int at)
    {
        if (word.PairAt(at) is { } pair && _merges.TryGetValue(pair, out var merge))
        {
            queue.Enqueue(at, ((ulong)merge.Rank << 32) | (uint)at);
        }
    }

    private void MergeIfStillThere(Word word, int at, ulong priority, List<int> changed)
    {
        if (word.PairAt(at) is { } pair && _merges.TryGetValue(pair, out var merge) && merge.Rank == RankOf(priority))
        {
            word.MergeAt(at, merge.Result);
            changed.Add(at);
            if (word.Before(at) is not None and var before)
            {
                changed.Add(before);
            }
        }
    }

    /// <summary>A word as a linked list over the positions of its first symbols.</summary>
    private sealed class Word
    {
        private readonly int[] _symbols;
        private readonly int[] _next;
        private readonly int[] _previous;

        public Word(ReadOnlySpan<int> symbols)
        {
            _symbols = symbols.ToArray();
            _next = new int[symbols.Length];
            _previous = new int[symbols.Length];
            for (var i = 0; i < symbols.Length; i++)
            {
                (_previous[i], _next[i]) = (i - 1, i + 1);
            }

            _next[^1] = None;
        }

        public int Before(int at) => _previous[at];

        /// <summary>The pair that begins at a position, or null if its symbol was merged away or is the last.</summary>
        public (int Left, int Right)? PairAt(int at) =>
            _symbols[at] != None && _next[at] != None ? (_symbols[at], _symbols[_next[at]]) : null;

        public void MergeAt(int at, int result)
        {
            var gone = _next[at];
            _symbols[at] = result;
            _symbols[gone] = None;
            _next[at] = _next[gone];
            if (_next[at] != None)
            {
                _previous[_next[at]] = at;
            }
        }

        public int CopyTo(Span<int> symbols)
        {
            var count = 0;
            for (var at = 0; at != None; at = _next[at])
            {
                symbols[count++] = _symbols[at];
            }

            return count;
        }
    }
}
