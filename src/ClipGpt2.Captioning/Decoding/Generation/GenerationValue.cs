using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Decoding.Generation;

/// <summary>A value of a generation configuration, as Python's <c>generate</c> takes it: true and false are 1 and 0, and a number with a point is no integer.</summary>
/// <param name="section">The file's content.</param>
/// <param name="name">The key, which is there and not null.</param>
/// <param name="vocabularySize">The number of tokens.</param>
internal sealed class GenerationValue(ConfigSection section, string name, int vocabularySize)
{
    private readonly JsonElement _json = section.Value(name);

    public JsonNode? ToNode() => JsonNode.Parse(_json.GetRawText());

    public CheckpointFormatException Wrong(string problem) => section.Error(name, problem);

    public int Integer() => Integer(_json);

    public double Number() => Number(_json);

    public bool Flag() => _json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Kind("true or false"),
    };

    public EarlyStopping Stopping() => _json.ValueKind switch
    {
        JsonValueKind.True => EarlyStopping.WhenFull,
        JsonValueKind.False => EarlyStopping.Heuristic,
        JsonValueKind.String when _json.GetString() == "never" => EarlyStopping.Never,
        _ => throw Kind("true, false or \"never\""),
    };

    /// <summary>A token of the vocabulary; a list of one counts as one.</summary>
    public int Token() => Inside(_json.ValueKind == JsonValueKind.Array && _json.GetArrayLength() == 1 ? Integer(_json[0]) : Integer());

    /// <summary>A token, where files put -1 and the like for none.</summary>
    public int? TokenOrNone() => Integer() is var id && id >= 0 && id < vocabularySize ? id : null;

    /// <summary>The tokens that end a text: one or several.</summary>
    public IReadOnlyList<int> EndTokens() => _json.ValueKind == JsonValueKind.Array
        ? Items(_json) is { Count: > 0 } ids ? [.. ids.Select(id => Inside(Integer(id)))] : throw Kind("a token, a list of tokens that isn't empty, or null for none")
        : [Inside(Integer())];

    /// <summary>A list of tokens; those that the vocabulary hasn't can't be written anyway.</summary>
    public IReadOnlyList<int> TokensThatAre() => [.. Items(_json).Select(Integer).Where(id => id >= 0 && id < vocabularySize)];

    /// <summary>A list of token sequences.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Phrases() =>
        Items(_json) is { Count: > 0 } phrases ? [.. phrases.Select(Phrase)] : throw Kind("a list of lists of tokens that isn't empty");

    /// <summary>A list of words: each a token sequence, or a list of those of which one must come.</summary>
    public IReadOnlyList<RequiredWord> Words() => [.. Items(_json).Select(word =>
        Items(word) is [{ ValueKind: JsonValueKind.Array }, ..] choices ? new RequiredWord([.. choices.Select(Phrase)]) : new RequiredWord(Phrase(word)))];

    /// <summary>A list of pairs: a token sequence and a number.</summary>
    public IReadOnlyList<SequenceBias> Biases() =>
        [.. Items(_json).Select(pair => Items(pair) is [var phrase, var bias] && float.IsFinite((float)Number(bias)) ? new SequenceBias(Phrase(phrase), (float)Number(bias)) : throw Kind("a list of pairs: a list of tokens, and a number"))];

    public LengthDecay Decay() => Items(_json) is [var start, var factor] ? new LengthDecay(Integer(start), Number(factor)) : throw Kind("a length and a factor");

    public IReadOnlyList<string> Texts() => _json.ValueKind == JsonValueKind.String
        ? [_json.GetString()!]
        : [.. Items(_json).Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Kind("a text or a list of texts"))];

    private int[] Phrase(JsonElement json) => [.. Items(json).Select(id => Inside(Integer(id)))];

    private int Inside(int id) => id >= 0 && id < vocabularySize
        ? id
        : throw Wrong($"names the token {id}, and the model's vocabulary goes from 0 to {vocabularySize - 1}: name one of it, or null for none");

    private IReadOnlyList<JsonElement> Items(JsonElement json) => json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : throw Kind("a list");

    private int Integer(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number when json.TryGetInt32(out var number) => number,
        _ => throw Kind("an integer, where it must be one"),
    };

    private double Number(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number when double.IsFinite(json.GetDouble()) => json.GetDouble(),
        _ => throw Kind("a number, where it must be one"),
    };

    private CheckpointFormatException Kind(string right) =>
        Wrong($"must be {right}, and is {(_json.GetRawText() is { Length: > 40 } text ? text[..40] + "..." : _json.GetRawText())}");
}
