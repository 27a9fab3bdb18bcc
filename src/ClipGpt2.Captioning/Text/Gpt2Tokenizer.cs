using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text.Bpe;
using ClipGpt2.Captioning.Text.Files;

namespace ClipGpt2.Captioning.Text;

/// <summary>GPT-2's tokenizer, of any vocabulary.</summary>
/// <remarks>
/// Follows transformers' <c>GPT2Tokenizer</c>. A text gets neither start nor end token unless <see cref="Gpt2TokenizerOptions.AddBosToken"/> says so.
/// Batches are padded with the end-of-text token where no other is named. Decoding gives every encoded text back, half surrogate pairs aside.
/// </remarks>
public sealed class Gpt2Tokenizer : ByteLevelTokenizer, ISavablePart
{
    private static readonly string[] Files = ["vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

    private string? _folder;

    private readonly bool _addPrefixSpace;

    private Gpt2Tokenizer(TokenVocabulary vocabulary, MergeList merges, Gpt2TokenizerOptions options)
        : base(vocabulary, merges, options)
    {
        _addPrefixSpace = options.AddPrefixSpace;
        EndOfTextId = EosTokenId ?? throw new TokenizerFormatException($"{nameof(Gpt2TokenizerOptions)}.{nameof(options.EosToken)} must name the end-of-text token.");
        PadTokenId ??= EndOfTextId;
        Template = options.AddBosToken && BosTokenId is { } bos ? new([bos], [bos], [])
            : options.Around is { } around ? new(around.Before, [], around.After)
            : SequenceTemplate.None;
    }

    /// <summary>The id of the token that ends a text.</summary>
    public int EndOfTextId { get; }

    private protected override SequenceTemplate Template { get; }

    /// <summary>Creates the tokenizer from its files.</summary>
    /// <param name="vocabulary"><c>vocab.json</c>; read to its end, not closed.</param>
    /// <param name="merges"><c>merges.txt</c>; read to its end, not closed.</param>
    /// <param name="options">The options; null for the published GPT-2's.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is damaged or an option isn't right.</exception>
    public static Gpt2Tokenizer Create(Stream vocabulary, Stream merges, Gpt2TokenizerOptions? options = null) => new(
        VocabularyReader.ReadJson(VocabularyReader.ReadAll(vocabulary, "vocab.json"), "vocab.json"),
        VocabularyReader.ReadMerges(VocabularyReader.ReadAll(merges, "merges.txt"), "merges.txt"),
        options ?? new());

    /// <summary>Loads the tokenizer of a model folder: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c>, or <c>tokenizer.json</c> alone.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configure">Changes the options that the folder's files give.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">A file is missing or damaged or an option isn't right.</exception>
    public static Gpt2Tokenizer FromPretrained(string folder, Action<Gpt2TokenizerOptions>? configure = null)
    {
        var files = TokenizerFolder.Open(folder).Require("gpt2");
        var options = new Gpt2TokenizerOptions();
        files.Configure(options);
        options.AddPrefixSpace = files.AddsPrefixSpace;

        // With tokenizer.json only its post-processor puts tokens around a text.
        options.Around = files.Whole?.Template();
        options.AddBosToken = files.Whole is null && files.Config?.Flag("add_bos_token") is true;
        configure?.Invoke(options);
        var (vocabulary, merges) = files.ReadBpe(VocabularyReader.ReadMerges);
        return new(vocabulary, merges, options) { _folder = folder, PrefixesPieces = files.Whole is not null && options.AddPrefixSpace };
    }

    /// <inheritdoc/>
    string ISavablePart.Kind => "gpt2";

    /// <inheritdoc/>
    PartOrigin? ISavablePart.Origin => _folder is null ? null : new(Path.GetFullPath(_folder));

    /// <inheritdoc/>
    void ISavablePart.Save(string path) => AtomicFile.CopyInto(
        _folder ?? throw new CaptioningException($"'{path}' can't be written: the tokenizer came from streams, not from a folder whose files could be copied."),
        path,
        Files);

    private protected override bool NeedsPrefixSpace(ReadOnlySpan<char> text) => _addPrefixSpace && !PrefixesPieces;
}
