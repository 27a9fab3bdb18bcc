namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The alternatives of a required word as a tree of tokens (<c>DisjunctiveTrie</c>).</summary>
internal sealed class WordTree
{
    public WordTree(RequiredWord word)
    {
        Height = word.Alternatives.Max(a => a.Count);
        foreach (var alternative in word.Alternatives)
        {
            var node = Root;
            foreach (var token in alternative)
            {
                node = node.ChildOrNew(token);
            }
        }
    }

    /// <summary>Before the first token.</summary>
    public Node Root { get; } = new(0);

    /// <summary>The length of the longest alternative.</summary>
    public int Height { get; }

    /// <summary>A place in the tree.</summary>
    public sealed class Node(int depth)
    {
        private readonly List<(int Token, Node Node)> _children = [];

        /// <summary>The number of tokens before it.</summary>
        public int Depth => depth;

        public bool IsLeaf => _children.Count == 0;

        /// <summary>The tokens that lead on, in the order of the alternatives.</summary>
        public IEnumerable<int> Tokens => _children.Select(c => c.Token);

        public Node? Child(int token) => _children.Find(c => c.Token == token).Node;

        public Node ChildOrNew(int token)
        {
            if (Child(token) is { } known)
            {
                return known;
            }

            var added = new Node(depth + 1);
            _children.Add((token, added));
            return added;
        }
    }
}
