using System.Text.Json;
using System.Text.Unicode;

namespace ClipGpt2.Captioning.Weights;

/// <summary>One JSON object of a configuration file, whose errors name the file and the path of the field.</summary>
/// <remarks>A field that is null counts as absent, as in transformers' configurations. Safe from any number of threads.</remarks>
public sealed partial class ConfigSection
{
    private readonly JsonElement _json;
    private readonly string _at;

    private ConfigSection(string file, JsonElement json, string at)
    {
        File = file;
        _json = json;
        _at = at;
    }

    /// <summary>The file that the section is from.</summary>
    public string File { get; }

    /// <summary>The names of the section's fields, in the file's order.</summary>
    public IEnumerable<string> Names => _json.EnumerateObject().Select(member => member.Name);

    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The object.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file can't be read or doesn't hold a JSON object.</exception>
    public static ConfigSection Load(string path) => Parse(path, InputFile.ReadAll(path));

    /// <summary>Reads JSON that lies within a file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">One JSON object in UTF-8.</param>
    /// <exception cref="CheckpointFormatException">It isn't that.</exception>
    internal static ConfigSection Parse(string path, ReadOnlyMemory<byte> bytes)
    {
        var json = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (!Utf8.IsValid(json.Span))
        {
            throw new CheckpointFormatException($"'{path}' isn't JSON: it isn't UTF-8.");
        }

        try
        {
            CheckTexts(json.Span);
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement.Clone();
            return root.ValueKind == JsonValueKind.Object
                ? new(path, root, "$")
                : throw new CheckpointFormatException($"'{path}' must hold a JSON object, and holds {Describe(root)}.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException($"'{path}' isn't JSON: {e.Message}", e);
        }
    }

    /// <summary>All fields, each of which must be a text; of a name that is there twice the last counts.</summary>
    /// <exception cref="CheckpointFormatException">One isn't.</exception>
    internal IEnumerable<KeyValuePair<string, string>> Texts() =>
        _json.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, AsText(member.Value, member.Name)));

    /// <summary>Whether a field is there and not null.</summary>
    /// <param name="name">The field.</param>
    /// <returns>True if it has a value.</returns>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>An integer that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or not a 32-bit integer.</exception>
    public int Int(string name) => AsInt(Need(name, "an integer"), name);

    /// <summary>An integer that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is not a 32-bit integer.</exception>
    public int Int(string name, int fallback) => Find(name) is { } value ? AsInt(value, name) : fallback;

    /// <summary>A number that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is not a number.</exception>
    public double Number(string name, double fallback) => Find(name) is { } value ? AsNumber(value, name) : fallback;

    /// <summary>A text that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or not a text.</exception>
    public string Text(string name) => AsText(Need(name, "a text"), name);

    /// <summary>A text that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is not a text.</exception>
    public string Text(string name, string fallback) => Find(name) is { } value ? AsText(value, name) : fallback;

    /// <summary>One of an enumeration's names, as they are written there, that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or another text.</exception>
    internal T Name<T>(string name)
        where T : struct, Enum
    {
        // Parsing alone would take a number in quotation marks too.
        var (text, names) = (Text(name), Enum.GetNames<T>());
        return names.Contains(text) ? Enum.Parse<T>(text) : throw Error(name, $"must be one of {string.Join(", ", names)}");
    }

    /// <summary>True or false, or absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is absent.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is neither true nor false.</exception>
    public bool Flag(string name, bool fallback) => Find(name) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(name, "true or false", value),
    };

    /// <summary>A list of integers that must be there; one integer counts as a list of one.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or holds something else.</exception>
    public IReadOnlyList<int> Ints(string name) => Need(name, "a list of integers") is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Select((item, i) => AsInt(item, $"{name}[{i}]"))]
        : [Int(name)];

    /// <summary>A list of numbers that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or holds something else.</exception>
    public IReadOnlyList<double> Numbers(string name) => Need(name, "a list of numbers") switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select((item, i) => AsNumber(item, $"{name}[{i}]"))],
        var value => throw Wrong(name, "a list of numbers", value),
    };

    /// <summary>An object that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>The object.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or not an object.</exception>
    public ConfigSection Section(string name) => AsSection(Need(name, "an object"), name);

    /// <summary>An object that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <returns>The object, or null.</returns>
    /// <exception cref="CheckpointFormatException">It is not an object.</exception>
    public ConfigSection? FindSection(string name) => Find(name) is { } value ? AsSection(value, name) : null;

    /// <summary>An error about one of this section's fields, in the words of all others.</summary>
    /// <param name="name">The field.</param>
    /// <param name="problem">What is wrong with it and what would be right.</param>
    /// <returns>The exception, to throw.</returns>
    public CheckpointFormatException Error(string name, string problem) => new($"'{File}': {_at}.{name} {problem}.");

    /// <summary>Finds broken escapes (half of a surrogate pair) now: JsonDocument would throw only when somebody asks for the text.</summary>
    internal static void CheckTexts(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped)
            {
                reader.GetString();
            }
        }
    }

    private JsonElement? Find(string name) => _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement Need(string name, string kind) => Find(name) ?? throw Error(name, $"is missing; it must be {kind}");

    private ConfigSection AsSection(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object ? new(File, value, $"{_at}.{name}") : throw Wrong(name, "an object", value);

    private string AsText(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a text", value);

    private double AsNumber(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? value.GetDouble() : throw Wrong(name, "a number", value);

    private int AsInt(JsonElement value, string name)
    {
        // Python writes some integers with a decimal point, such as 512.0.
        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number == Math.Floor(number) && number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : throw Wrong(name, "a 32-bit integer", value);
    }

    private CheckpointFormatException Wrong(string name, string kind, JsonElement value) => Error(name, $"must be {kind}, and is {Describe(value)}");

    private static string Describe(JsonElement value) => value.GetRawText() is { Length: > 40 } text ? text[..40] + "..." : value.GetRawText();
}
