using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Text.Bpe;

namespace ClipGpt2.Captioning.Text.Files;

/// <summary>The tokenizer files of a model folder.</summary>
internal sealed class TokenizerFolder
{
    private const string ConfigName = "tokenizer_config.json";
    private const string SpecialTokensName = "special_tokens_map.json";
    private const string AddedTokensName = "added_tokens.json";

    private const string VocabularyName = "vocab.json";
    private const string MergesName = "merges.txt";
    private const string WordPieceName = "vocab.txt";

    private readonly string _path;
    private readonly TokenizerJson? _whole;

    private TokenizerFolder(string path)
    {
        _path = path;
        Config = Parse(ConfigName);
        Family = Config?.Text("tokenizer_class") ?? Parse("config.json")?.Text("model_type");

        // transformers 5 writes tokenizer.json alone, and reads it before the older files where those are left beside it.
        var isOlder = File.Exists(FileOf(VocabularyName)) || File.Exists(FileOf(WordPieceName));
        if ((!isOlder || IsGeneric || Config?.Text("backend") is not null) && Parse(TokenizerJson.Name) is { } whole)
        {
            _whole = TokenizerJson.Read(whole);
        }
    }

    /// <summary><c>tokenizer_config.json</c>, or null.</summary>
    public JsonField? Config { get; }

    public static TokenizerFolder Open(string path) => Directory.Exists(path)
        ? new(Path.GetFullPath(path))
        : throw new TokenizerFormatException($"There is no folder '{path}'; a tokenizer is loaded from the folder of its model.");

    /// <summary>The name of the tokenizer's class in transformers, or where no class is named of its model's family; null if no file says either.</summary>
    public string? Family { get; }

    /// <summary>Whether the class is one that does what <c>tokenizer.json</c> says, and nothing of its own.</summary>
    public bool IsGeneric => Family is "PreTrainedTokenizerFast" or "TokenizersBackend";

    /// <summary><c>tokenizer.json</c>, where it is what counts.</summary>
    public TokenizerJson? Whole => _whole;

    /// <summary>The tokenizer that the folder holds: its family, or for a generic class that whose tokenizer <c>tokenizer.json</c> describes.</summary>
    /// <exception cref="TokenizerFormatException">It describes none of this library's.</exception>
    public string? Kind => IsGeneric ? (_whole ?? throw new TokenizerFormatException($"'{FileOf(ConfigName)}' names '{Family}', whose '{TokenizerJson.Name}' is missing in '{_path}'.")).Kind() : Family;

    /// <summary>Fails if a generic class's <c>tokenizer.json</c> describes another tokenizer than the one that is asked for.</summary>
    public TokenizerFolder Require(string kind) => !IsGeneric || Kind == kind
        ? this
        : throw new TokenizerFormatException($"'{FileOf(TokenizerJson.Name)}' describes a tokenizer like {Kind}'s, and {kind}'s is needed.");

    /// <summary>The normaliser of a folder that holds only <c>tokenizer.json</c>; null if it has none.</summary>
    public JsonField? Normalizer => _whole?.Normalizer;

    /// <summary>Whether a space is put before every text: a generic class asks the pre-tokenizer, one of a model's own its configuration.</summary>
    public bool AddsPrefixSpace => (IsGeneric ? _whole?.PreTokenizer?.Flag("add_prefix_space") : Config?.Flag("add_prefix_space")) ?? false;

    /// <summary>Reads the vocabulary of a byte-pair encoding and its merges.</summary>
    /// <param name="readMerges">Reads <c>merges.txt</c>, given its bytes and name.</param>
    public (TokenVocabulary Vocabulary, MergeList Merges) ReadBpe(Func<byte[], string, MergeList> readMerges) =>
        _whole is not null
            ? (_whole.Vocabulary("BPE"), _whole.Merges())
            : (VocabularyReader.ReadJson(Read(VocabularyName), FileOf(VocabularyName)), readMerges(Read(MergesName), FileOf(MergesName)));

    /// <summary>Reads the vocabulary of a WordPiece tokenizer.</summary>
    public TokenVocabulary ReadWordPiece() => _whole?.Vocabulary("WordPiece") ?? VocabularyReader.ReadLines(Read(WordPieceName), FileOf(WordPieceName));

    /// <summary>Sets what the folder's files say on top of a model family's defaults.</summary>
    /// <remarks>As in transformers, the older files count only where the configuration doesn't list the added tokens itself.</remarks>
    public void Configure(TokenizerOptions options)
    {
        foreach (var (id, token) in Config?.Section("added_tokens_decoder")?.Members() ?? [])
        {
            options.AddedTokens.Add(AsToken(token, special: false) with { Id = int.TryParse(id, out var value) ? value : throw token.Wrong("under an id") });
        }

        // The ids that stand there aren't obeyed: a token of the vocabulary keeps its own, and others are counted on from the vocabulary's size.
        foreach (var token in _whole?.AddedTokens ?? [])
        {
            AddIfNew(options, AsToken(token, special: false));
        }

        var isComplete = options.AddedTokens.Count > 0;
        foreach (var file in new[] { Config, isComplete ? null : Parse(SpecialTokensName) }.OfType<JsonField>())
        {
            SetRoles(options, file);
        }

        foreach (var (content, id) in (isComplete ? null : Parse(AddedTokensName))?.Members() ?? [])
        {
            AddIfNew(options, new(content) { Id = id.AsId(), IsSpecial = options.RoleTokens.Contains(content) });
        }

        options.ModelMaxLength = Config?.Limit("model_max_length");
        options.CleanUpSpaces = Config?.Flag("clean_up_tokenization_spaces") ?? options.CleanUpSpaces;
    }

    private static void SetRoles(TokenizerOptions options, JsonField file)
    {
        options.BosToken = Role("bos_token") ?? options.BosToken;
        options.EosToken = Role("eos_token") ?? options.EosToken;
        options.UnknownToken = Role("unk_token") ?? options.UnknownToken;
        options.SeparatorToken = Role("sep_token") ?? options.SeparatorToken;
        options.PadToken = Role("pad_token") ?? options.PadToken;
        options.ClassToken = Role("cls_token") ?? options.ClassToken;
        options.MaskToken = Role("mask_token") ?? options.MaskToken;
        foreach (var item in file.Items("additional_special_tokens").Concat(Extra(file)))
        {
            AddIfNew(options, AsToken(item, special: true));
        }

        // A role is a text, or an object that also says how the token is looked for.
        string? Role(string name)
        {
            var field = file.Members().FirstOrDefault(member => member.Name == name && (member.Value.IsText || member.Value.IsObject)).Value;
            if (field is null || field.IsText)
            {
                return field?.AsText();
            }

            var token = AsToken(field, special: true);
            AddIfNew(options, token);
            return token.Content;
        }
    }

    /// <summary>What transformers 5 calls the additional ones: a list, or an object of names.</summary>
    private static IEnumerable<JsonField> Extra(JsonField file) => file.Members().FirstOrDefault(member => member.Name == "extra_special_tokens").Value switch
    {
        null => [],
        { IsObject: true } named => named.AsObject().Members().Select(member => member.Value),
        _ => file.Items("extra_special_tokens"),
    };

    private static void AddIfNew(TokenizerOptions options, AddedToken token)
    {
        if (options.AddedTokens.All(known => known.Content != token.Content))
        {
            options.AddedTokens.Add(token);
        }
    }

    private static AddedToken AsToken(JsonField field, bool special)
    {
        if (field.IsText)
        {
            return new(field.AsText()) { IsSpecial = special };
        }

        var fields = field.AsObject();
        if (fields.Flag("single_word") is true)
        {
            throw field.Wrong("a token without \"single_word\", which is not supported");
        }

        return new(fields.Text("content") ?? throw field.Wrong("a token with its \"content\""))
        {
            IsSpecial = fields.Flag("special") ?? special,
            StripLeft = fields.Flag("lstrip") ?? false,
            StripRight = fields.Flag("rstrip") ?? false,
            IsNormalized = fields.Flag("normalized") ?? !special,
        };
    }

    private JsonField? Parse(string name) => Path.Exists(FileOf(name)) ? TokenFields.Parse(Read(name), FileOf(name)) : null;

    private byte[] Read(string name)
    {
        try
        {
            RegularFile.Need(FileOf(name));
            using var stream = File.OpenRead(FileOf(name));
            return VocabularyReader.ReadAll(stream, FileOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerFormatException($"'{FileOf(name)}' can't be read: {e.Message}", e);
        }
    }

    private string FileOf(string name) => Path.Combine(_path, name);
}
