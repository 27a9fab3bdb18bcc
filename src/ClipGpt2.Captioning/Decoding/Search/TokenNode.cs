namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The last token of a text, and by its parents the whole text: beams that begin alike share what they have in common.</summary>
/// <param name="parent">The token before; null for the first.</param>
/// <param name="token">The token.</param>
/// <param name="beam">The beam it was written to the end of.</param>
/// <param name="logProbability">What the model gave it.</param>
/// <param name="score">What the search saw: after processors.</param>
internal sealed class TokenNode(TokenNode? parent, int token, int beam, float logProbability, float score)
{
    public TokenNode? Parent => parent;

    public int Token => token;

    public float LogProbability => logProbability;

    public int Length { get; } = (parent?.Length ?? 0) + 1;

    /// <summary>The tokens of a text, which may be null for no tokens.</summary>
    public static int[] TokensOf(TokenNode? last)
    {
        var tokens = new int[last?.Length ?? 0];
        for (var node = last; node is not null; node = node.Parent)
        {
            tokens[node.Length - 1] = node.Token;
        }

        return tokens;
    }

    /// <summary>The text as a result.</summary>
    /// <param name="rank">What the search ranked it by.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="trace">Whether to tell how it was found.</param>
    /// <param name="lastToken">Stands in for the last token, if given.</param>
    public DecodedSequence ToSequence(double rank, FinishReason reason, bool trace, int? lastToken = null)
    {
        var (tokens, logProbabilities, scores, beams) = (TokensOf(this), new float[Length], new float[Length], new int[Length]);
        for (var node = this; node is not null; node = node.Parent)
        {
            node.WriteTo(logProbabilities, scores, beams);
        }

        tokens[^1] = lastToken ?? Token;
        return new DecodedSequence(tokens, logProbabilities, rank, reason) { Trace = trace ? new SequenceTrace(scores, beams) : null };
    }

    private void WriteTo(float[] logProbabilities, float[] scores, int[] beams)
    {
        (logProbabilities[Length - 1], scores[Length - 1], beams[Length - 1]) = (logProbability, score, beam);
    }
}
