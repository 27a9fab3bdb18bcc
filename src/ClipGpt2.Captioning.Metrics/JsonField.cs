using System.Text.Json;

namespace ClipGpt2.Captioning.Metrics;

/// <summary>A value of a JSON file, read with errors that name the file and the value's path; a member that is null counts as absent.</summary>
/// <remarks>Safe from any number of threads.</remarks>
internal sealed class JsonField
{
    private const int LongestShown = 40;

    private readonly Func<string, Exception?, CaptioningException> _error;

    private JsonField(string file, JsonElement json, string at, Func<string, Exception?, CaptioningException> error) => (File, Json, At, _error) = (file, json, at, error);

    public string File { get; }

    public JsonElement Json { get; }

    /// <summary>The path within the file, <c>$</c> for the whole.</summary>
    public string At { get; }

    public bool IsText => Json.ValueKind == JsonValueKind.String;

    public bool IsObject => Json.ValueKind == JsonValueKind.Object;

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="error">Makes the exception of a message and its cause.</param>
    /// <param name="options">What is let through beyond JSON; null for nothing.</param>
    /// <exception cref="CaptioningException">It isn't that.</exception>
    public static JsonField Parse(string file, ReadOnlyMemory<byte> bytes, Func<string, Exception?, CaptioningException> error, JsonDocumentOptions options = default) =>
        Of(file, JsonInput.Parse(bytes, $"'{file}'", error, options), error).AsObject();

    /// <summary>A value that has been read already.</summary>
    public static JsonField Of(string file, JsonElement json, Func<string, Exception?, CaptioningException> error, string at = "$") => new(file, json, at, error);

    /// <summary>A member that is there and not null; otherwise null.</summary>
    public JsonField? Find(string name) =>
        IsObject && Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Member(name, value) : null;

    /// <summary>A member that must be there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">What it must be, for messages.</param>
    public JsonField Need(string name, string kind) => Find(name) ?? throw Member(name, default).Error($"is missing; it must be {kind}");

    public string? Text(string name) => Find(name)?.AsText();

    public bool? Flag(string name) => Find(name)?.AsFlag();

    public JsonField? Section(string name) => Find(name)?.AsObject();

    /// <summary>The values of a list, which may be absent.</summary>
    public IEnumerable<JsonField> Items(string name) => Find(name)?.AsItems() ?? [];

    public IReadOnlyList<(string Name, JsonField Value)> Members() => [.. Json.EnumerateObject().Select(member => (member.Name, Member(member.Name, member.Value)))];

    public JsonField AsObject() => IsObject ? this : throw Wrong("an object");

    public IEnumerable<JsonField> AsItems(string kind = "a list") => Json.ValueKind == JsonValueKind.Array
        ? Json.EnumerateArray().Select((item, i) => new JsonField(File, item, $"{At}[{i}]", _error))
        : throw Wrong(kind);

    public bool AsFlag() => Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    public string AsText() => IsText ? Json.GetString()! : throw Wrong("a text");

    public double AsNumber() => Json.ValueKind == JsonValueKind.Number && double.IsFinite(Json.GetDouble()) ? Json.GetDouble() : throw Wrong("a number");

    /// <summary>Python writes some integers with a decimal point, such as 512.0.</summary>
    public int AsInt() => Json.ValueKind == JsonValueKind.Number && Json.GetDouble() is var number && number == Math.Floor(number) && number is >= int.MinValue and <= int.MaxValue
        ? (int)number
        : throw Wrong("a 32-bit integer");

    /// <summary>An error about the value, in the words of all others.</summary>
    /// <param name="problem">What is wrong with it and what would be right.</param>
    public CaptioningException Error(string problem) => _error($"'{File}': {At} {problem}.", null);

    /// <summary>The error that the value is of another kind.</summary>
    public CaptioningException Wrong(string kind) => Error($"must be {kind}, and is {Shown()}");

    private JsonField Member(string name, JsonElement value) => new(File, value, $"{At}.{name}", _error);

    private string Shown() => Json.GetRawText() is { Length: > LongestShown } text ? text[..LongestShown] + "..." : Json.GetRawText();
}
