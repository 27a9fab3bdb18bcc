using ClipGpt2.Captioning.Text.Bpe;
using ClipGpt2.Captioning.Text.Files;
using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Text;

/// <summary>RoBERTa's tokenizer: GPT-2's with other special tokens, and pairs.</summary>
/// <remarks>
/// Follows transformers' <c>RobertaTokenizer</c>. A text becomes <c>&lt;s&gt; A &lt;/s&gt;</c>, a pair <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>.
/// The mask token takes the white space on its left with it.
/// </remarks>
internal sealed class RobertaTokenizer : ByteLevelTokenizer
{
    private readonly bool _addPrefixSpace;

    private RobertaTokenizer(TokenVocabulary vocabulary, MergeList merges, RobertaTokenizerOptions options)
        : base(vocabulary, merges, options)
    {
        if (ClassTokenId is not { } first || SeparatorTokenId is not { } separator)
        {
            throw new TokenizerFormatException($"{nameof(RobertaTokenizerOptions)} must name {nameof(options.ClassToken)} and {nameof(options.SeparatorToken)}.");
        }

        _addPrefixSpace = options.AddPrefixSpace;
        Template = new([first], [separator, separator], [separator]);
    }

    private protected override SequenceTemplate Template { get; }

    /// <summary>Creates the tokenizer from its files.</summary>
    /// <param name="vocabulary"><c>vocab.json</c>; read to its end, not closed.</param>
    /// <param name="merges"><c>merges.txt</c>; read to its end, not closed.</param>
    /// <param name="options">The options; null for the published models'.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is damaged or an option isn't right.</exception>
    public static RobertaTokenizer Create(Stream vocabulary, Stream merges, RobertaTokenizerOptions? options = null) => new(
        VocabularyReader.ReadJson(VocabularyReader.ReadAll(vocabulary, "vocab.json"), "vocab.json"),
        VocabularyReader.ReadMerges(VocabularyReader.ReadAll(merges, "merges.txt"), "merges.txt"),
        options ?? new());

    /// <summary>Loads the tokenizer of a model folder: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c>, or <c>tokenizer.json</c> alone.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configure">Changes the options that the folder's files give.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged or an option isn't right.</exception>
    public static RobertaTokenizer FromPretrained(string folder, Action<RobertaTokenizerOptions>? configure = null)
    {
        var files = TokenizerFolder.Open(folder).Require("roberta");
        var options = new RobertaTokenizerOptions();
        files.Configure(options);
        options.AddPrefixSpace = files.AddsPrefixSpace;
        configure?.Invoke(options);
        var (vocabulary, merges) = files.ReadBpe(VocabularyReader.ReadMerges);
        return new(vocabulary, merges, options) { PrefixesPieces = files.Whole is not null && options.AddPrefixSpace };
    }

    private protected override bool NeedsPrefixSpace(ReadOnlySpan<char> text) => _addPrefixSpace && !PrefixesPieces && text.Length > 0 && !CodePoints.IsPythonSpace(text[0]);
}
