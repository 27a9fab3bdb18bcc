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
        if (!File.Exists(FileOf(VocabularyName)) && !File.Exists(FileOf(WordPieceName)) && Parse(TokenizerJson.Name) is { } whole)
        {
            _whole = new(whole);
        }
    }

    /// <summary><c>tokenizer_config.json</c>, or null.</summary>
    public JsonFields? Config { get; }

    public static TokenizerFolder Open(string path) => Directory.Exists(path)
        ? new(Path.GetFullPath(path))
        : throw new TokenizerFormatException($"There is no folder '{path}'; a tokenizer is loaded from the folder of its model.");

    /// <summary>The name of the tokenizer's class in transformers, or of its model's family; null if no file says it.</summary>
    public string? Family => Config?.Text("tokenizer_class") ?? Parse("config.json")?.Text("model_type");

    /// <summary>The normaliser of a folder that holds only <c>tokenizer.json</c>; null if it has none.</summary>
    public JsonFields? Normalizer => _whole?.Normalizer;

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

        foreach (var token in _whole?.AddedTokens ?? [])
        {
            AddIfNew(options, AsToken(token, special: false) with { Id = token.Id("id") });
        }

        var isComplete = options.AddedTokens.Count > 0;
        foreach (var file in new[] { Config, isComplete ? null : Parse(SpecialTokensName) }.OfType<JsonFields>())
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

    private static void SetRoles(TokenizerOptions options, JsonFields file)
    {
        options.BosToken = Role("bos_token") ?? options.BosToken;
        options.EosToken = Role("eos_token") ?? options.EosToken;
        options.UnknownToken = Role("unk_token") ?? options.UnknownToken;
        options.SeparatorToken = Role("sep_token") ?? options.SeparatorToken;
        options.PadToken = Role("pad_token") ?? options.PadToken;
        options.ClassToken = Role("cls_token") ?? options.ClassToken;
        options.MaskToken = Role("mask_token") ?? options.MaskToken;
        foreach (var item in file.Items("additional_special_tokens"))
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

    private static void AddIfNew(TokenizerOptions options, AddedToken token)
    {
        if (options.AddedTokens.All(known => known.Content != token.Content))
        {
            options.AddedTokens.Add(token);
        }
    }

    private static AddedToken AsToken(JsonFields field, bool special)
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

    private JsonFields? Parse(string name) => File.Exists(FileOf(name)) ? JsonFields.Parse(Read(name), FileOf(name)) : null;

    private byte[] Read(string name)
    {
        try
        {
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
