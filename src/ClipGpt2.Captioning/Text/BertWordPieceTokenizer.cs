using System.Text;
using ClipGpt2.Captioning.Text.Files;
using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Text;

/// <summary>BERT's tokenizer: words are cut at white space and punctuation, then into pieces of the vocabulary.</summary>
/// <remarks>
/// Follows transformers' <c>BertTokenizer</c>. A text becomes <c>[CLS] A [SEP]</c>, a pair <c>[CLS] A [SEP] B [SEP]</c>, whose second half has token
/// type 1 (0 where no special tokens are added). Words over 100 characters are unknown.
/// </remarks>
internal sealed class BertWordPieceTokenizer : TransformerTokenizer
{
    private const string Continuation = " ##";

    private readonly WordPiece _wordPiece;
    private readonly SpecialTokenFinder _finder;
    private readonly bool _lowerCase;
    private readonly bool _stripAccents;
    private readonly bool _splitIdeographs;

    private BertWordPieceTokenizer(TokenVocabulary vocabulary, BertWordPieceTokenizerOptions options)
        : base(vocabulary, options)
    {
        if (ClassTokenId is not { } first || SeparatorTokenId is not { } separator || UnknownTokenId is not { } unknown)
        {
            throw new TokenizerFormatException($"{nameof(BertWordPieceTokenizerOptions)} must name {nameof(options.ClassToken)}, {nameof(options.SeparatorToken)} and {nameof(options.UnknownToken)}.");
        }

        _wordPiece = new(vocabulary, unknown);
        _finder = new(Special.All);
        _lowerCase = options.LowerCase;
        _stripAccents = options.StripAccents ?? options.LowerCase;
        _splitIdeographs = options.SplitIdeographs;
        Template = new([first], [separator], [separator], MarksSecond: true);
    }

    private protected override SequenceTemplate Template { get; }

    /// <summary>Creates the tokenizer from its file.</summary>
    /// <param name="vocabulary"><c>vocab.txt</c>; read to its end, not closed.</param>
    /// <param name="options">The options; null for the published uncased models'.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">The file is damaged or an option isn't right.</exception>
    public static BertWordPieceTokenizer Create(Stream vocabulary, BertWordPieceTokenizerOptions? options = null) =>
        new(VocabularyReader.ReadLines(VocabularyReader.ReadAll(vocabulary, "vocab.txt"), "vocab.txt"), options ?? new());

    /// <summary>Loads the tokenizer of a model folder: <c>vocab.txt</c>, <c>tokenizer_config.json</c>, or <c>tokenizer.json</c> alone.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configure">Changes the options that the folder's files give.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged or an option isn't right.</exception>
    public static BertWordPieceTokenizer FromPretrained(string folder, Action<BertWordPieceTokenizerOptions>? configure = null)
    {
        var files = TokenizerFolder.Open(folder).Require("bert");
        var options = new BertWordPieceTokenizerOptions();
        files.Configure(options);
        options.LowerCase = files.Config?.Flag("do_lower_case") ?? files.Normalizer?.Flag("lowercase") ?? true;
        options.StripAccents = files.Config?.Flag("strip_accents") ?? files.Normalizer?.Flag("strip_accents");
        options.SplitIdeographs = files.Config?.Flag("tokenize_chinese_chars") ?? files.Normalizer?.Flag("handle_chinese_chars") ?? true;
        configure?.Invoke(options);
        return new(files.ReadWordPiece(), options);
    }

    private protected override void Write(ReadOnlySpan<char> text, TokenWriter writer)
    {
        text = _lowerCase ? LowerOutsideSpecialTokens(text) : text;
        while (_finder.Next(ref text, out var before, out var token))
        {
            WriteWords(before, writer);
            if (token is not null)
            {
                writer.AddPiece(token.Id!.Value, token.Content);
            }
        }
    }

    private protected override string Join(IReadOnlyList<string> tokens) =>
        CodePoints.Strip(string.Join(' ', tokens).Replace(Continuation, "", StringComparison.Ordinal)).ToString();

    private string LowerOutsideSpecialTokens(ReadOnlySpan<char> text)
    {
        var lowered = new StringBuilder(text.Length);
        while (_finder.Next(ref text, out var before, out var token))
        {
            lowered.Append(LetterCase.LowerEach(before.ToString())).Append(token?.Content);
        }

        return lowered.ToString();
    }

    private void WriteWords(ReadOnlySpan<char> text, TokenWriter writer)
    {
        var cleaned = BasicText.Clean(text, _splitIdeographs);
        var words = _stripAccents ? BasicText.StripAccents(cleaned) : cleaned;
        writer.BeginPiece(words);
        for (int start = 0, width; start < words.Length; start += width)
        {
            Rune.DecodeFromUtf16(words.AsSpan(start), out var rune, out width);
            if (!CodePoints.IsPythonSpace(words[start]))
            {
                width = BasicText.IsPunctuation(rune) ? width : EndOfWord(words, start) - start;
                _wordPiece.Encode(words, start, start + width, writer);
            }
        }
    }

    /// <summary>Words end at white space and before punctuation.</summary>
    private static int EndOfWord(string text, int start)
    {
        var end = start;
        while (end < text.Length && !CodePoints.IsPythonSpace(text[end]))
        {
            Rune.DecodeFromUtf16(text.AsSpan(end), out var rune, out var width);
            if (BasicText.IsPunctuation(rune))
            {
                break;
            }

            end += width;
        }

        return end;
    }
}
