namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>The distinct n-grams of one length of many captions, ascending by number, with how often the caption has each.</summary>
/// <param name="Ids">N-gram numbers.</param>
/// <param name="Counts">How often each comes.</param>
/// <param name="Starts">Where each caption starts; a caption's share may end before the next one starts.</param>
/// <param name="Lengths">How many distinct n-grams each caption has.</param>
internal sealed record NgramLists(int[] Ids, int[] Counts, int[] Starts, int[] Lengths)
{
    public ReadOnlySpan<int> IdsOf(int caption) => Ids.AsSpan(Starts[caption], Lengths[caption]);

    public ReadOnlySpan<int> CountsOf(int caption) => Counts.AsSpan(Starts[caption], Lengths[caption]);
}
