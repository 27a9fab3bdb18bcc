using System.Text.Json;

namespace ClipGpt2.Captioning.Text.Files;

/// <summary>Fields of a tokenizer's JSON files, read with errors that name the file and the field; a null counts as absent.</summary>
internal sealed class JsonFields
{
    private readonly JsonElement _json;
    private readonly string _at;

    private JsonFields(string file, JsonElement json, string at)
    {
        File = file;
        _json = json;
        _at = at;
    }

    public string File { get; }

    public static JsonFields Parse(byte[] bytes, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes);
            return new JsonFields(file, document.RootElement.Clone(), "$").AsObject();
        }
        catch (JsonException e)
        {
            throw new TokenizerFormatException($"'{file}' isn't sound JSON: {e.Message}", e);
        }
    }

    public string? Text(string name) => Find(name) is { } field ? field.AsText() : null;

    public bool? Flag(string name) => Find(name) is { } field ? field.AsFlag() : null;

    public JsonFields? Section(string name) => Find(name)?.AsObject();

    public IReadOnlyList<(string Name, JsonFields Value)> Members()
    {
        try
        {
            return [.. _json.EnumerateObject().Select(member => (member.Name, new JsonFields(File, member.Value, $"{_at}.{member.Name}")))];
        }
        catch (InvalidOperationException e)
        {
            throw new TokenizerFormatException($"'{File}': {_at} has a member whose name isn't well-formed text: {e.Message}", e);
        }
    }

    public IEnumerable<JsonFields> Items(string name) => Find(name)?.AsItems() ?? [];

    public int Id(string name) => (Find(name) ?? throw Wrong($"an object with \"{name}\"")).AsId();

    /// <summary>A number of tokens; one beyond 32 bits (transformers writes 1e30 for "none") is no limit.</summary>
    public int? Limit(string name) => Find(name) is not { } field ? null
        : field._json.ValueKind == JsonValueKind.Number && field._json.GetDouble() >= 1 ? (field._json.GetDouble() <= int.MaxValue ? (int)field._json.GetDouble() : null)
        : throw field.Wrong("a number of tokens");

    public bool IsText => _json.ValueKind == JsonValueKind.String;

    public bool IsObject => _json.ValueKind == JsonValueKind.Object;

    public JsonFields AsObject() => IsObject ? this : throw Wrong("an object");

    public IEnumerable<JsonFields> AsItems() => _json.ValueKind == JsonValueKind.Array
        ? _json.EnumerateArray().Select((item, i) => new JsonFields(File, item, $"{_at}[{i}]"))
        : throw Wrong("a list");

    public bool AsFlag() => _json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    public string AsText()
    {
        try
        {
            return IsText ? _json.GetString()! : throw Wrong("a text");
        }
        catch (InvalidOperationException e)
        {
            throw new TokenizerFormatException($"'{File}': {_at} isn't well-formed text: {e.Message}", e);
        }
    }

    public int AsId() => _json.ValueKind == JsonValueKind.Number && _json.TryGetInt32(out var id) && id is >= 0 and <= TokenVocabulary.LargestId
        ? id
        : throw Wrong($"an id from 0 to {TokenVocabulary.LargestId}");

    public TokenizerFormatException Wrong(string kind) =>
        new($"'{File}': {_at} must be {kind}, and is {(_json.GetRawText() is { Length: > 40 } text ? text[..40] + "..." : _json.GetRawText())}.");

    private JsonFields? Find(string name) =>
        _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new(File, value, $"{_at}.{name}") : null;
}
