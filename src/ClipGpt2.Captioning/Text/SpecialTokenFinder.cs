using System.Buffers;
using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Text;

/// <summary>Cuts added tokens out of a text: the leftmost one first, and of those that begin there the longest.</summary>
internal sealed class SpecialTokenFinder
{
    private readonly AddedToken[] _longestFirst;
    private readonly SearchValues<string> _contents;

    public SpecialTokenFinder(IEnumerable<AddedToken> tokens)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length)];
        _contents = SearchValues.Create([.. _longestFirst.Select(token => token.Content)], StringComparison.Ordinal);
    }

    /// <summary>Takes the next piece off the front of a text: what stands before the next token, and the token.</summary>
    /// <param name="text">The text; on return, what is left.</param>
    /// <param name="before">What stands before the token, or the whole text.</param>
    /// <param name="token">The token, or null at the text's end.</param>
    /// <returns>False if the text is empty.</returns>
    public bool Next(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> before, out AddedToken? token)
    {
        before = text;
        token = null;
        if (text.IsEmpty)
        {
            return false;
        }

        var at = text.IndexOfAny(_contents);
        if (at < 0)
        {
            text = [];
            return true;
        }

        foreach (var candidate in _longestFirst)
        {
            if (text[at..].StartsWith(candidate.Content, StringComparison.Ordinal))
            {
                token = candidate;
                break;
            }
        }

        before = token!.StripLeft ? CodePoints.StripEnd(text[..at]) : text[..at];
        var rest = text[(at + token.Content.Length)..];
        text = token.StripRight ? CodePoints.StripStart(rest) : rest;
        return true;
    }
}
