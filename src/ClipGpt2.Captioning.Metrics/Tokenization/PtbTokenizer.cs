using System.Text;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Tokenizes captions as the COCO evaluation does: by the Penn Treebank's conventions, lower-cased, without punctuation.</summary>
/// <remarks>
/// Follows <c>PTBTokenizer.tokenize</c> of pycocoevalcap over Stanford CoreNLP 3.4.1 (<c>-preserveLines -lowerCase</c>), from its published description and
/// recorded results. A few tokens contain a no-break space (<c>1 1/2</c>, telephone numbers). Bracket tokens (<c>-lrb-</c>) are not removed, as there.
/// Any string can be tokenized. Instances can be used by several threads at once.
/// </remarks>
public sealed class PtbTokenizer
{
    private readonly PtbTokenizerOptions _options;

    /// <summary>Creates a tokenizer.</summary>
    /// <param name="options">Null for the behaviour of the COCO evaluation.</param>
    public PtbTokenizer(PtbTokenizerOptions? options = null) => _options = options ?? new PtbTokenizerOptions();

    /// <summary>The tokens that are removed as punctuation.</summary>
    public static IReadOnlyList<string> Punctuation { get; } =
        ["''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";"];

    /// <summary>Tokenizes the captions of one call.</summary>
    /// <param name="captions">The captions, in the order in which the evaluation has them.</param>
    /// <returns>For each caption its tokens, joined by one blank.</returns>
    public IReadOnlyList<string> Tokenize(IReadOnlyList<string> captions)
    {
        var document = PtbDocument.Of(captions, _options.ContextFree);
        var result = new string[captions.Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = i < document.LineCount ? Line(document, i, _options.RemovePunctuation) : "";
        }

        return result;
    }

    /// <summary>All lines that the captions become, before they are handed back to captions.</summary>
    internal static IReadOnlyList<string> TokenizeLines(IReadOnlyList<string> captions)
    {
        var document = PtbDocument.Of(captions, contextFree: false);
        return [.. Enumerable.Range(0, document.LineCount).Select(line => Line(document, line, removePunctuation: false))];
    }

    /// <summary>Tokenizes on all processors into token numbers.</summary>
    internal TokenLists Tokenize(IReadOnlyList<string> captions, Vocabulary vocabulary) =>
        PtbBatch.Tokenize(PtbDocument.Of(captions, _options.ContextFree), captions.Count, vocabulary, _options.RemovePunctuation);

    private static string Line(PtbDocument document, int line, bool removePunctuation)
    {
        var result = new StringBuilder();
        var reader = new PtbLineReader(document, line);
        while (reader.Read(out var token))
        {
            if (!removePunctuation || !PtbPunctuation.Contains(token))
            {
                result.Append(result.Length > 0 ? " " : "").Append(token);
            }
        }

        return result.ToString();
    }
}
