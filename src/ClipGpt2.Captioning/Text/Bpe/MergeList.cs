namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>The merges of a byte-pair encoding, best first, and the file that they are from.</summary>
/// <remarks>
/// Merges that don't fit their vocabulary (a cut file, another model's) still load, and cut every text into far too many tokens; so they are held against it.
/// </remarks>
/// <param name="File">The file, for messages.</param>
/// <param name="Pairs">The two tokens of each merge.</param>
internal sealed record MergeList(string File, IReadOnlyList<(string Left, string Right)> Pairs)
{
    /// <summary>Merges that stand in the file where the reference reads none: in its first line, and after its last line break.</summary>
    public IReadOnlyList<(string Left, string Right)> Unread { get; init; } = [];

    /// <summary>Holds the merges against the vocabulary.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="added">The tokens that are cut out as a whole, which no merge makes.</param>
    /// <param name="words">The words in which merges happen.</param>
    /// <param name="wordEnd">What marks a word's last symbol.</param>
    /// <exception cref="TokenizerFormatException">The vocabulary lacks a part or the result of a merge, or has a token that no merge makes.</exception>
    public void Check(TokenVocabulary vocabulary, IEnumerable<AddedToken> added, IWordSplitter words, string wordEnd)
    {
        var made = Unread.Select(pair => pair.Left + pair.Right).ToHashSet(StringComparer.Ordinal);
        made.UnionWith(added.Select(token => token.Content));
        for (var rank = 0; rank < Pairs.Count; rank++)
        {
            var (left, right) = Pairs[rank];
            var result = left + right;
            if (new[] { left, right, result }.FirstOrDefault(token => vocabulary.IdOf(token) is null) is { } missing)
            {
                throw new TokenizerFormatException(
                    $"'{File}': merge {rank + 1} is '{left} {right}', and the vocabulary has no token '{missing}': vocabulary and merges are of two models. Take both from the same folder.");
            }

            made.Add(result);
        }

        var unmade = vocabulary.Entries.Where(entry => !made.Contains(entry.Key) && IsMerged(entry.Key, words, wordEnd)).OrderBy(entry => entry.Value).ToList();
        if (unmade.Count > 0)
        {
            throw new TokenizerFormatException(
                $"'{File}' has {Pairs.Count} merges, and none of them makes {unmade.Count} of the vocabulary's tokens, such as '{unmade[0].Key}' (id {unmade[0].Value}): " +
                "the file is empty, cut short or another model's. Fetch it again.");
        }
    }

    /// <summary>Whether a token can only come from merging: it has several symbols, all of them bytes, within one word.</summary>
    /// <remarks>What spans words is no trace of a lost merge: special tokens that no file lists, and fairseq's <c>madeupword0000</c> in RoBERTa's vocabulary.</remarks>
    private static bool IsMerged(string token, IWordSplitter words, string wordEnd)
    {
        var symbols = wordEnd.Length > 0 && token.EndsWith(wordEnd, StringComparison.Ordinal) ? token[..^wordEnd.Length] : token;
        if (symbols.Length < 2 || !symbols.All(ByteAlphabet.Contains))
        {
            return false;
        }

        // A token may be a part of a character, which no splitter can judge.
        var text = ByteLevelText.Of([symbols]);
        var start = 0;
        return text.Contains('\ufffd', StringComparison.Ordinal) || (words.Next(text, ref start, out var end) && start == 0 && end == text.Length);
    }
}
