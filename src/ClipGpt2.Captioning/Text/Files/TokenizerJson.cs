using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Text.Bpe;

namespace ClipGpt2.Captioning.Text.Files;

/// <summary><c>tokenizer.json</c>, the one file of the fast tokenizers: read where a folder has no other vocabulary.</summary>
/// <remarks>What is taken from it is vocabulary, merges and added tokens; how text is treated is the tokenizer's own affair.</remarks>
internal sealed class TokenizerJson
{
    public const string Name = "tokenizer.json";

    private const string Version = "1.0";

    private static readonly string[] Keys = ["version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"];

    private readonly JsonField _fields;

    private TokenizerJson(JsonField fields) => _fields = fields;

    /// <summary>Reads a file of the form that there is; another version, or a key that the form doesn't have, might mean anything.</summary>
    /// <exception cref="TokenizerFormatException">It is of another form.</exception>
    public static TokenizerJson Read(JsonField fields)
    {
        if (fields.Text("version") is { } version && version != Version)
        {
            throw fields.Wrong($"of version \"{Version}\"");
        }

        return fields.Members().FirstOrDefault(member => !Keys.Contains(member.Name)).Name is { } stranger
            ? throw fields.Wrong($"without \"{stranger}\", which is no key of such a file")
            : new(fields);
    }


    public IEnumerable<JsonField> AddedTokens => _fields.Items("added_tokens");

    public JsonField? Normalizer => _fields.Section("normalizer");

    public JsonField? PreTokenizer => _fields.Section("pre_tokenizer");

    /// <summary>What the post-processor puts around a single text: the ids before it and after it.</summary>
    public (int[] Before, int[] After) Template()
    {
        if (_fields.Section("post_processor") is not { } processor || processor.Text("type") != "TemplateProcessing")
        {
            return ([], []);
        }

        var parts = processor.Items("single").ToList();
        var text = parts.FindIndex(part => part.Section("Sequence") is not null);
        return text < 0 ? throw processor.Wrong("a template with the text in it") : (Ids(parts[..text]), Ids(parts[(text + 1)..]));

        int[] Ids(IEnumerable<JsonField> specials) =>
        [
            .. specials.SelectMany(part => part.Section("SpecialToken")?.Text("id") is { } name && processor.Section("special_tokens")?.Section(name) is { } token
                ? token.Items("ids").Select(id => id.AsId())
                : throw part.Wrong("a special token that the template lists")),
        ];
    }

    /// <summary>Whose tokenizer the file describes, all of it: what this library's would do otherwise is refused by name.</summary>
    /// <returns><c>gpt2</c>, <c>roberta</c>, <c>clip</c> or <c>bert</c>.</returns>
    /// <exception cref="TokenizerFormatException">It is none of them.</exception>
    public string Kind()
    {
        if (Type(Model) is "WordPiece")
        {
            RequireParts("BertNormalizer", "BertPreTokenizer", ["TemplateProcessing", "BertProcessing"], "WordPiece");
            return "bert";
        }

        RequirePlainBpe();
        if (Model.Text("end_of_word_suffix") is { Length: > 0 })
        {
            RequireParts("Sequence(NFC, Replace, Lowercase)", "Sequence(Split, ByteLevel)", ["RobertaProcessing"], "ByteLevel");
            return "clip";
        }

        RequireParts("", "ByteLevel", ["TemplateProcessing", "RobertaProcessing", "ByteLevel", ""], "ByteLevel");
        return PartName(_fields.Section("post_processor")) == "RobertaProcessing" ? "roberta" : "gpt2";
    }

    private JsonField Model => _fields.Section("model") ?? throw _fields.Wrong("an object with a \"model\"");

    /// <summary>The tokens and their ids.</summary>
    public TokenVocabulary Vocabulary(string type)
    {
        if (Model.Text("type") is { } found && found != type)
        {
            throw Model.Wrong($"a model of type {type}");
        }

        var vocabulary = Model.Section("vocab") ?? throw Model.Wrong("a model with a \"vocab\"");
        var entries = vocabulary.Members().Select(member => KeyValuePair.Create(member.Name, member.Value.AsId())).ToList();
        return entries.Count > 0 ? new(entries) : throw vocabulary.Wrong("a vocabulary that isn't empty");
    }

    /// <summary>The merges: texts of two tokens with a space between them, or lists of two tokens.</summary>
    public MergeList Merges() => new(_fields.File, [.. Model.Items("merges").Select(Merge)]);

    /// <summary>A byte-pair encoding without what ours doesn't do; one without its type is told by its merges.</summary>
    private void RequirePlainBpe()
    {
        if (Type(Model) is not "BPE")
        {
            throw Model.Wrong("a model of type BPE or WordPiece");
        }

        foreach (var name in (string[])["ignore_merges", "byte_fallback"])
        {
            if (Model.Flag(name) is true)
            {
                throw Model.Wrong($"a model without \"{name}\", which is not supported");
            }
        }
    }

    private static string? Type(JsonField model) => model.Text("type") ?? (model.Items("merges").Any() ? "BPE" : null);

    private void RequireParts(string normalizer, string preTokenizer, string[] postProcessors, string decoder)
    {
        (string Part, string[] Known)[] parts = [("normalizer", [normalizer]), ("pre_tokenizer", [preTokenizer]), ("post_processor", postProcessors), ("decoder", [decoder])];
        foreach (var (part, known) in parts)
        {
            if (PartName(_fields.Section(part)) is var found && !known.Contains(found))
            {
                throw new TokenizerFormatException(
                    $"'{_fields.File}': $.{part} is {(found.Length == 0 ? "null" : found)}, which is not supported; it must be {string.Join(" or ", known.Select(name => name.Length == 0 ? "null" : name))} in a tokenizer like this.");
            }
        }

        if (PreTokenizer is { } bytes && bytes.Text("type") == "ByteLevel" && bytes.Flag("use_regex") is false)
        {
            throw bytes.Wrong("a pre-tokenizer with \"use_regex\"");
        }
    }

    /// <summary>The type of a part, with those of its own parts; empty for none.</summary>
    private static string PartName(JsonField? part)
    {
        if (part is null)
        {
            return "";
        }

        string[] inner = [.. part.Items("normalizers").Concat(part.Items("pretokenizers")).Concat(part.Items("processors")).Concat(part.Items("decoders")).Select(PartName)];
        return inner.Length == 0 ? part.Text("type") ?? "" : $"{part.Text("type")}({string.Join(", ", inner)})";
    }

    private static (string Left, string Right) Merge(JsonField merge)
    {
        string[] parts = merge.IsText ? merge.AsText().Split(' ') : [.. merge.AsItems().Select(part => part.AsText())];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Wrong("two tokens");
    }
}
