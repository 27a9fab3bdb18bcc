namespace ClipGpt2.Captioning.Decoding;

/// <summary>A word or phrase that a caption must contain, or one of several.</summary>
/// <param name="Alternatives">
/// Token ids of the phrases of which one must come, whole. None may be the beginning of another.
/// </param>
public sealed record RequiredWord(IReadOnlyList<IReadOnlyList<int>> Alternatives)
{
    /// <summary>Creates a word that is one phrase.</summary>
    /// <param name="tokenIds">The phrase's tokens, in order.</param>
    public RequiredWord(params IReadOnlyList<int> tokenIds)
        : this([tokenIds])
    {
    }
}
