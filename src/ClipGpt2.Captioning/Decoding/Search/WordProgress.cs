namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>How far a text has come with the words that it must contain (<c>ConstraintListState</c>).</summary>
internal sealed class WordProgress
{
    private readonly WordTree[] _words;
    private readonly int _longest;
    private readonly List<WordTree> _pending;
    private int _complete;
    private WordTree? _current;
    private WordTree.Node? _reached;

    public WordProgress(WordTree[] words)
    {
        _words = words;
        _longest = words.Max(w => w.Height);
        _pending = [.. words];
    }

    private WordProgress(WordProgress other)
    {
        (_words, _longest, _complete, _current, _reached) = (other._words, other._longest, other._complete, other._current, other._reached);
        _pending = [.. other._pending];
    }

    public bool IsComplete => _complete == _words.Length;

    /// <summary>Greater the more is done; beams with different banks don't compete.</summary>
    public int Bank => (_complete * _longest) + (_current is null ? 0 : _longest - (_current.Height - _reached!.Depth));

    public static WordProgress Of(WordTree[] words, ReadOnlySpan<int> tokens)
    {
        var progress = new WordProgress(words);
        foreach (var token in tokens)
        {
            progress.Add(token);
        }

        return progress;
    }

    public void Add(int token)
    {
        if (IsComplete)
        {
            return;
        }

        if (_current is not null)
        {
            Reach(_current, _reached!.Child(token));
            return;
        }

        // One token begins one word, not several.
        var word = _pending.FindIndex(w => w.Root.Child(token) is not null);
        if (word >= 0)
        {
            var tree = _pending[word];
            _pending.RemoveAt(word);
            Reach(tree, tree.Root.Child(token));
        }
    }

    /// <summary>The tokens that would bring the text nearer to its words, each with the bank that it would have then.</summary>
    public IEnumerable<(int Token, int Bank)> Proposals()
    {
        if (IsComplete)
        {
            yield break;
        }

        if (_current is null)
        {
            foreach (var token in _pending.SelectMany(w => w.Root.Tokens))
            {
                var next = new WordProgress(this);
                next.Add(token);
                yield return (token, next.Bank);
            }

            yield break;
        }

        // The reference's copies of a state share the list of tokens of the word in progress, so that of several alternatives the second is
        // tried behind the first, and counts as a step only if it can follow it. Ids depend on that, so it is kept.
        var shared = _reached!;
        foreach (var token in _reached!.Tokens)
        {
            var next = new WordProgress(this);
            next.Reach(_current, shared.Child(token));
            shared = shared.Child(token) ?? shared;
            yield return (token, next.Bank);
        }
    }

    /// <summary>Goes on with a word, completes it, or (null) must begin it anew: a phrase comes whole or not at all.</summary>
    private void Reach(WordTree word, WordTree.Node? node)
    {
        (_current, _reached) = node is null or { IsLeaf: true } ? (null, null) : (word, node);
        if (node is null)
        {
            _pending.Add(word);
        }
        else if (node.IsLeaf)
        {
            _complete++;
        }
    }
}
