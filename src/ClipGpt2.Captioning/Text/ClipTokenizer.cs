using ClipGpt2.Captioning.Text.Bpe;
using ClipGpt2.Captioning.Text.Files;
using ClipGpt2.Captioning.Text.Unicode;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Text;

/// <summary>The tokenizer of CLIP's text tower.</summary>
/// <remarks>
/// Follows transformers' <c>CLIPTokenizerFast</c> unless <see cref="ClipTokenizerOptions.Fidelity"/> says otherwise. A text stands between start and
/// end token, which truncation keeps. For the tower's <c>[B, 77]</c>, encode a batch with <see cref="PaddingMode.MaxLength"/> and
/// <see cref="TruncationMode.LongestFirst"/>. Decoding can't give capitals and spaces back.
/// </remarks>
public sealed class ClipTokenizer : TransformerTokenizer
{
    private const string WordEnd = "</w>";

    /// <summary>The reference reads no more merges than the published vocabulary has.</summary>
    private const int MostMerges = 49152 - 256 - 2;

    private readonly ClipFidelity _fidelity;
    private readonly bool _keepsWordEnds;
    private readonly ByteLevelBpe _bpe;
    private readonly ClipWords _words;
    private readonly SpecialTokenFinder _before;
    private readonly SpecialTokenFinder _after;

    private ClipTokenizer(TokenVocabulary vocabulary, MergeList merges, ClipTokenizerOptions options)
        : base(vocabulary, options)
    {
        if (BosTokenId is not { } bos || EosTokenId is not { } eos || UnknownTokenId is not { } unknown)
        {
            throw new TokenizerFormatException($"{nameof(ClipTokenizerOptions)} must name {nameof(options.BosToken)}, {nameof(options.EosToken)} and {nameof(options.UnknownToken)}.");
        }

        _fidelity = Enum.IsDefined(options.Fidelity)
            ? options.Fidelity
            : throw new TokenizerFormatException($"{nameof(ClipTokenizerOptions)}.{nameof(options.Fidelity)} is {options.Fidelity}; it must be one of {string.Join(", ", Enum.GetNames<ClipFidelity>())}.");
        var isFast = _fidelity == ClipFidelity.TransformersFast;
        var inPattern = new Dictionary<string, int>(StringComparer.Ordinal) { [options.BosToken!] = bos, [options.EosToken!] = eos };
        merges.Check(vocabulary, Special.All, ClipWords.Fast, WordEnd);
        _bpe = new ByteLevelBpe(vocabulary, merges, unknown, WordEnd, isFast ? null : inPattern);
        _words = isFast ? ClipWords.Fast : new([options.BosToken!, options.EosToken!], ignoreCase: true);
        _before = new(_fidelity == ClipFidelity.OpenAI ? [] : Special.All.Where(token => !isFast || !token.IsNormalized));
        _after = new(isFast ? Special.All.Where(token => token.IsNormalized).Select(token => token with { Content = Normalize(token.Content) }) : []);
        (StartOfTextId, EndOfTextId) = (bos, eos);
        _keepsWordEnds = options.KeepsWordEnds;
        PadTokenId = options.PadTokenId ?? (_fidelity == ClipFidelity.OpenAI ? 0 : PadTokenId ?? eos);
        Template = new([bos], [eos, eos], [eos]);
        PreTokenizer = new WordPreTokenizer(_words);
    }

    /// <summary>The id of the token that begins every text.</summary>
    public int StartOfTextId { get; }

    /// <summary>The id of the token that ends every text, where the tower takes the text's embedding from.</summary>
    public int EndOfTextId { get; }

    /// <summary>CLIP's pattern, by code point.</summary>
    public override PreTokenizer PreTokenizer { get; }

    private protected override SequenceTemplate Template { get; }

    /// <summary>Creates the tokenizer from its files.</summary>
    /// <param name="vocabulary"><c>vocab.json</c>; read to its end, not closed.</param>
    /// <param name="merges"><c>merges.txt</c>; read to its end, not closed.</param>
    /// <param name="options">The options; null for the published models'.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is damaged or an option isn't right.</exception>
    public static ClipTokenizer Create(Stream vocabulary, Stream merges, ClipTokenizerOptions? options = null) => new(
        VocabularyReader.ReadJson(VocabularyReader.ReadAll(vocabulary, "vocab.json"), "vocab.json"),
        VocabularyReader.ReadStrippedMerges(VocabularyReader.ReadAll(merges, "merges.txt"), "merges.txt", MostMerges),
        options ?? new());

    /// <summary>Loads the tokenizer of a model folder: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c>, or <c>tokenizer.json</c> alone.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configure">Changes the options that the folder's files give.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged or an option isn't right.</exception>
    public static ClipTokenizer FromPretrained(string folder, Action<ClipTokenizerOptions>? configure = null)
    {
        var files = TokenizerFolder.Open(folder).Require("clip");
        var options = new ClipTokenizerOptions();
        files.Configure(options);
        options.KeepsWordEnds = files.IsGeneric;
        configure?.Invoke(options);
        var (vocabulary, merges) = files.ReadBpe((bytes, name) => VocabularyReader.ReadStrippedMerges(bytes, name, MostMerges));
        return new(vocabulary, merges, options);
    }

    private protected override void Write(ReadOnlySpan<char> text, TokenWriter writer)
    {
        while (_before.Next(ref text, out var before, out var token))
        {
            WriteNormalized(Normalize(before.ToString()), writer);
            if (token is not null)
            {
                writer.AddPiece(token.Id!.Value, token.Content);
            }
        }
    }

    private protected override string Join(IReadOnlyList<string> tokens)
    {
        if (_keepsWordEnds)
        {
            return ByteLevelText.Of(tokens);
        }

        var text = ByteLevelText.Of(tokens).Replace(WordEnd, " ", StringComparison.Ordinal);
        return _fidelity == ClipFidelity.OpenAI ? text : CodePoints.Strip(text).ToString();
    }

    private void WriteNormalized(ReadOnlySpan<char> text, TokenWriter writer)
    {
        while (_after.Next(ref text, out var before, out var token))
        {
            _bpe.Encode(before, _words, writer);
            if (token is not null)
            {
                writer.AddPiece(token.Id!.Value, token.Content);
            }
        }
    }

    private string Normalize(string text) => _fidelity switch
    {
        ClipFidelity.TransformersFast => LetterCase.LowerEach(CanonicalForm.Compose(text)),
        ClipFidelity.TransformersSlow => LetterCase.Lower(BasicText.Clean(text, splitIdeographs: true)),
        _ => LetterCase.Lower(HtmlText.Unescape(HtmlText.Unescape(text))),
    };
}
