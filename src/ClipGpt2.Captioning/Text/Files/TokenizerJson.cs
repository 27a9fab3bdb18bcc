using ClipGpt2.Captioning.Text.Bpe;

namespace ClipGpt2.Captioning.Text.Files;

/// <summary><c>tokenizer.json</c>, the one file of the fast tokenizers: read where a folder has no other vocabulary.</summary>
/// <remarks>What is taken from it is vocabulary, merges and added tokens; how text is treated is the tokenizer's own affair.</remarks>
internal sealed class TokenizerJson(JsonFields fields)
{
    public const string Name = "tokenizer.json";

    public IEnumerable<JsonFields> AddedTokens => fields.Items("added_tokens");

    public JsonFields? Normalizer => fields.Section("normalizer");

    private JsonFields Model => fields.Section("model") ?? throw fields.Wrong("an object with a \"model\"");

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
    public MergeList Merges() => new(fields.File, [.. Model.Items("merges").Select(Merge)]);

    private static (string Left, string Right) Merge(JsonFields merge)
    {
        string[] parts = merge.IsText ? merge.AsText().Split(' ') : [.. merge.AsItems().Select(part => part.AsText())];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw merge.Wrong("two tokens");
    }
}
