namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>When a text ends.</summary>
/// <param name="EndTokens">The tokens that end it.</param>
/// <param name="MaxNewTokens">Its greatest length.</param>
/// <param name="StopStrings">Texts that end it.</param>
/// <param name="Decode">Gives the text of tokens; needed for stop strings.</param>
internal sealed record StopCriteria(
    IReadOnlyList<int> EndTokens,
    int MaxNewTokens,
    IReadOnlyList<string> StopStrings,
    Func<IReadOnlyList<int>, string>? Decode)
{
    public bool IsEnd(int token)
    {
        foreach (var end in EndTokens)
        {
            if (end == token)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Why a text ends with a token, or null if it goes on.</summary>
    /// <param name="before">The text before the token.</param>
    /// <param name="token">The token.</param>
    public FinishReason? ReasonToStop(TokenNode? before, int token)
    {
        if (IsEnd(token))
        {
            return FinishReason.EndToken;
        }

        if (StopStrings.Count > 0 && EndsInStopString([.. TokenNode.TokensOf(before), token]))
        {
            return FinishReason.StopString;
        }

        return (before?.Length ?? 0) + 1 >= MaxNewTokens ? FinishReason.Length : null;
    }

    /// <summary>Why a text ends that a search closes: it has no end token.</summary>
    public FinishReason ReasonOfOpenText(TokenNode text) =>
        text.Length < MaxNewTokens || (StopStrings.Count > 0 && EndsInStopString(TokenNode.TokensOf(text))) ? FinishReason.StopString : FinishReason.Length;

    /// <summary>Whether a stop string is completed by the last token; it may end within that token.</summary>
    public bool EndsInStopString(int[] tokens)
    {
        var text = Decode!(tokens);
        var before = Decode(tokens[..^1]);

        // Not the length before: a character whose bytes are spread over tokens changes the end of the text before.
        var kept = text.AsSpan().CommonPrefixLength(before);
        foreach (var stop in StopStrings)
        {
            var from = Math.Max(kept - stop.Length + 1, 0);
            if (text.AsSpan(from).IndexOf(stop, StringComparison.Ordinal) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
