namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The tokens that each image's text begins with before anything is written: its prompt, and where visual tokens are read beside the text the start token.</summary>
/// <remarks>An image alone decides about its start token: it gets one unless its prompt begins with it.</remarks>
internal sealed class Openings
{
    private readonly IReadOnlyList<int>[] _tokens;

    private Openings(IReadOnlyList<int>[] tokens, bool areHistory) => (_tokens, AreHistory) = (tokens, areHistory);

    /// <summary>Whether logits processors see them, as <c>generate</c> shows them where a text begins with tokens, and not with vectors.</summary>
    public bool AreHistory { get; }

    /// <summary>What an image's text begins with.</summary>
    public IReadOnlyList<int> this[int image] => _tokens[image];

    /// <param name="options">Which may hold prompts.</param>
    /// <param name="images">The number of images.</param>
    /// <param name="startToken">The token that a text begins with; null where visual tokens stand before it.</param>
    public static Openings Of(DecodingOptions options, int images, int? startToken) => new(
        [.. Enumerable.Range(0, images).Select(image => Opening(options.ImagePromptIds?[image] ?? options.PromptIds ?? [], startToken))],
        startToken is not null);

    /// <summary>The images that can go through a model together: equally long beginnings, since none is ever filled up.</summary>
    /// <param name="needsShared">Whether the first token must be the same, too: where nothing else is read before it.</param>
    public IEnumerable<int[]> Groups(bool needsShared) =>
        Enumerable.Range(0, _tokens.Length).GroupBy(image => (_tokens[image].Count, needsShared && _tokens[image].Count > 0 ? _tokens[image][0] : -1)).Select(group => group.ToArray());

    /// <summary>How many tokens the beginnings of a group have in common.</summary>
    public int SharedLength(int[] group)
    {
        var first = _tokens[group[0]];
        var shared = first.Count;
        foreach (var image in group)
        {
            shared = first.Zip(_tokens[image]).Take(shared).TakeWhile(pair => pair.First == pair.Second).Count();
        }

        return shared;
    }

    private static IReadOnlyList<int> Opening(IReadOnlyList<int> prompt, int? startToken) =>
        startToken is not { } start || (prompt.Count > 0 && prompt[0] == start) ? prompt : [start, .. prompt];
}
