using System.Buffers;
using ClipGpt2.Captioning.Text.Files;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Text;

/// <summary>The tokenizer of a transformer from Hugging Face's hub, with its special tokens, batches and pairs.</summary>
/// <remarks>
/// Follows transformers 4.53.2: the ids of <c>tokenizer(text)</c> and the text of <c>tokenizer.decode(ids)</c>, exactly. The methods of
/// <see cref="Tokenizer"/> give the same ids as <see cref="Encode"/>; they always normalise and pre-tokenise, since the models know no other form, and
/// their offsets refer to the normalised text. Half a surrogate pair in a text counts as U+FFFD (BERT drops it). Safe from any number of threads.
/// </remarks>
public abstract class TransformerTokenizer : Tokenizer
{
    private readonly bool _cleanUpSpaces;

    private protected TransformerTokenizer(TokenVocabulary vocabulary, TokenizerOptions options)
    {
        options.Validate();
        Special = new SpecialTokens(vocabulary, options);
        ModelMaxLength = options.ModelMaxLength;
        BosTokenId = Special.IdOf(options.BosToken);
        EosTokenId = Special.IdOf(options.EosToken);
        UnknownTokenId = Special.IdOf(options.UnknownToken);
        PadTokenId = Special.IdOf(options.PadToken);
        SeparatorTokenId = Special.IdOf(options.SeparatorToken);
        ClassTokenId = Special.IdOf(options.ClassToken);
        _cleanUpSpaces = options.CleanUpSpaces;
    }

    /// <summary>The number of tokens, added ones included.</summary>
    public int VocabularySize => Special.Vocabulary.Count;

    /// <summary>The id after the largest.</summary>
    internal int IdLimit => Special.Vocabulary.IdLimit;

    /// <summary>The most tokens that the model takes, or null if nothing limits them.</summary>
    public int? ModelMaxLength { get; }

    /// <summary>The id of the token at the beginning of a text, or null.</summary>
    public int? BosTokenId { get; }

    /// <summary>The id of the token at the end of a text, or null.</summary>
    public int? EosTokenId { get; }

    /// <summary>The id for what the vocabulary can't express, or null.</summary>
    internal int? UnknownTokenId { get; }

    /// <summary>The id of padding, or null.</summary>
    public int? PadTokenId { get; private protected init; }

    /// <summary>The id of the token between the texts of a pair, or null.</summary>
    internal int? SeparatorTokenId { get; }

    /// <summary>The id of the token whose output stands for the whole text, or null.</summary>
    internal int? ClassTokenId { get; }

    /// <summary>The ids that decoding can skip.</summary>
    internal IReadOnlySet<int> SpecialTokenIds => Special.Ids;

    private protected SpecialTokens Special { get; }

    private protected abstract SequenceTemplate Template { get; }

    /// <summary>Loads the tokenizer of a model folder, whichever of the four it is.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The tokenizer that <c>tokenizer_config.json</c>, or else <c>config.json</c>, names.</returns>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged, or the tokenizer is another one.</exception>
    public static TransformerTokenizer FromModelFolder(string folder) => TokenizerFolder.Open(folder).Kind switch
    {
        "gpt2" or "GPT2Tokenizer" or "GPT2TokenizerFast" => Gpt2Tokenizer.FromPretrained(folder),
        "clip" or "clip_text_model" or "CLIPTokenizer" or "CLIPTokenizerFast" => ClipTokenizer.FromPretrained(folder),
        "roberta" or "RobertaTokenizer" or "RobertaTokenizerFast" => RobertaTokenizer.FromPretrained(folder),
        "bert" or "BertTokenizer" or "BertTokenizerFast" => BertWordPieceTokenizer.FromPretrained(folder),
        null => throw new TokenizerFormatException($"'{folder}' doesn't say whose tokenizer it holds: neither \"tokenizer_class\" in 'tokenizer_config.json' nor \"model_type\" in 'config.json' is there."),
        var other => throw new TokenizerFormatException($"'{folder}' holds the tokenizer '{other}'; GPT-2's, CLIP's, RoBERTa's and BERT's are supported."),
    };

    /// <summary>The token of an id as the vocabulary spells it.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The token, or null if there is none.</returns>
    public string? TokenOf(int id) => Special.Vocabulary.TokenOf(id);

    /// <summary>The id of a token as the vocabulary spells it.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The id, or null if there is no such token.</returns>
    public int? IdOf(string token) => Special.Vocabulary.IdOf(token);

    /// <summary>The ids of a text, not truncated.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the model's start and end tokens are added.</param>
    /// <returns>The ids.</returns>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        var ids = ContentIds(text);
        return addSpecialTokens ? Template.Build(ids, [], isPair: false).Ids : ids;
    }

    /// <summary>Encodes texts as one batch.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">Padding and truncation; null for the defaults.</param>
    /// <returns>The batch, <c>[texts, length]</c>.</returns>
    /// <exception cref="CaptioningException">A text is too long and <see cref="TruncationMode.Refuse"/> was chosen, or an option is missing.</exception>
    public TokenBatch EncodeBatch(IReadOnlyList<string> texts, BatchEncodingOptions? options = null) =>
        Fill([.. texts.Select(text => (ContentIds(text), (int[]?)null))], options ?? new());

    /// <summary>Encodes pairs of texts, each as one row.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="options">Padding and truncation; null for the defaults.</param>
    /// <returns>The batch, <c>[pairs, length]</c>.</returns>
    /// <exception cref="CaptioningException">A pair is too long and <see cref="TruncationMode.Refuse"/> was chosen, or an option is missing.</exception>
    internal TokenBatch EncodePairs(IReadOnlyList<(string First, string Second)> pairs, BatchEncodingOptions? options = null) =>
        Fill([.. pairs.Select(pair => (ContentIds(pair.First), (int[]?)ContentIds(pair.Second)))], options ?? new());

    /// <summary>The text of ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <param name="cleanUpSpaces">Whether spaces before punctuation and English endings are taken out; null for the tokenizer's default.</param>
    /// <returns>The text. What is not valid UTF-8 becomes U+FFFD, one for each maximal invalid part.</returns>
    /// <exception cref="CaptioningException">An id is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens, bool? cleanUpSpaces = null)
    {
        var texts = new List<string>();
        var run = new List<string>();
        foreach (var id in ids)
        {
            if (Special.PlainTextOf(id) is { } plain)
            {
                EndRun();
                texts.Add(plain);
            }
            else if (!skipSpecialTokens || !Special.IsSpecial(id))
            {
                run.Add(NeedToken(id));
            }
        }

        EndRun();
        var text = string.Join(' ', texts);
        return cleanUpSpaces ?? _cleanUpSpaces ? SpaceCleaning.Apply(text) : text;

        void EndRun()
        {
            if (run.Count > 0 && Join(run) is { Length: > 0 } joined)
            {
                texts.Add(joined);
            }

            run.Clear();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Special tokens are kept.</remarks>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <inheritdoc/>
    /// <remarks>Special tokens are kept. A destination that is too small gets nothing, since a character may need several ids.</remarks>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        (idsConsumed, charsWritten) = (0, 0);
        var all = ids as IReadOnlyCollection<int> ?? [.. ids];
        var text = Decode(all);
        if (!text.TryCopyTo(destination))
        {
            return OperationStatus.DestinationTooSmall;
        }

        (idsConsumed, charsWritten) = (all.Count, text.Length);
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (settings.MaxTokenCount == int.MaxValue)
        {
            return new() { Tokens = Encode(text ?? textSpan.ToString()), CharsConsumed = text?.Length ?? textSpan.Length };
        }

        var results = EncodeToTokens(text, textSpan, settings);
        return new() { Tokens = [.. results.Tokens.Select(token => token.Id)], NormalizedText = results.NormalizedText, CharsConsumed = results.CharsConsumed };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var writer = new TokenWriter(withOffsets: true);
        Write(text ?? textSpan, writer);
        var content = writer.Ids.Select((id, i) => new EncodedToken(id, TokenOf(id) ?? "", writer.Offsets![i])).ToList();
        var (kept, _) = Template.Lengths(content.Count, 0, isPair: false, settings.MaxTokenCount, TruncationMode.LongestFirst);
        var end = kept < content.Count ? (kept == 0 ? 0 : content[kept - 1].Offset.End.Value) : writer.NormalizedText.Length;
        return new()
        {
            Tokens = [.. Template.Before.Select(Mark), .. content[..kept], .. Template.After.Select(id => new EncodedToken(id, TokenOf(id)!, end..end))],
            NormalizedText = writer.NormalizedText,
            CharsConsumed = end,
        };

        EncodedToken Mark(int id) => new(id, TokenOf(id)!, 0..0);
    }

    private protected string NeedToken(int id) =>
        TokenOf(id) ?? throw new CaptioningException($"The id {id} is not in the vocabulary of {VocabularySize} tokens: it is another tokenizer's.");

    /// <summary>Writes the ids of a text without start and end tokens.</summary>
    private protected abstract void Write(ReadOnlySpan<char> text, TokenWriter writer);

    /// <summary>The text of tokens that follow each other.</summary>
    private protected abstract string Join(IReadOnlyList<string> tokens);

    private int[] ContentIds(string text)
    {
        var writer = new TokenWriter(withOffsets: false);
        Write(text, writer);
        return writer.ToArray();
    }

    private TokenBatch Fill(IReadOnlyList<(int[] First, int[]? Second)> rows, BatchEncodingOptions options) =>
        BatchEncoder.Fill(rows, options.AddSpecialTokens ? Template : SequenceTemplate.None, options, ModelMaxLength, PadTokenId);
}
