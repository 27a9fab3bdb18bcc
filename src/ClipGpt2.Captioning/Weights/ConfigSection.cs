using System.Text.Json;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Weights;

/// <summary>One JSON object of a configuration file, whose errors name the file and the path of the field.</summary>
/// <remarks>A field that is null counts as absent, as in transformers' configurations. Safe from any number of threads.</remarks>
public sealed partial class ConfigSection
{
    private readonly JsonField _fields;

    private ConfigSection(JsonField fields) => _fields = fields;

    /// <summary>The file that the section is from.</summary>
    public string File => _fields.File;

    /// <summary>The names of the section's fields, in the file's order.</summary>
    public IEnumerable<string> Names => _fields.Json.EnumerateObject().Select(member => member.Name);

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
    internal static ConfigSection Parse(string path, ReadOnlyMemory<byte> bytes) => new(JsonField.Parse(path, bytes, Failure));

    /// <summary>All fields, each of which must be a text; of a name that is there twice the last counts.</summary>
    /// <exception cref="CheckpointFormatException">One isn't.</exception>
    internal IEnumerable<KeyValuePair<string, string>> Texts() =>
        _fields.Members().Select(member => KeyValuePair.Create(member.Name, member.Value.AsText()));

    /// <summary>Whether a field is there and not null.</summary>
    /// <param name="name">The field.</param>
    /// <returns>True if it has a value.</returns>
    public bool Has(string name) => _fields.Find(name) is not null;

    /// <summary>An integer that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or not a 32-bit integer.</exception>
    public int Int(string name) => _fields.Need(name, "an integer").AsInt();

    /// <summary>An integer that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is not a 32-bit integer.</exception>
    public int Int(string name, int fallback) => _fields.Find(name)?.AsInt() ?? fallback;

    /// <summary>A number that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is not a number.</exception>
    public double Number(string name, double fallback) => _fields.Find(name)?.AsNumber() ?? fallback;

    /// <summary>A text that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or not a text.</exception>
    public string Text(string name) => _fields.Need(name, "a text").AsText();

    /// <summary>A text that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">What counts if it is.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="CheckpointFormatException">It is not a text.</exception>
    public string Text(string name, string fallback) => _fields.Text(name) ?? fallback;

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
    public bool Flag(string name, bool fallback) => _fields.Flag(name) ?? fallback;

    /// <summary>A list of integers that must be there; one integer counts as a list of one.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or holds something else.</exception>
    public IReadOnlyList<int> Ints(string name) => _fields.Need(name, "a list of integers") is { Json.ValueKind: JsonValueKind.Array } list
        ? [.. list.AsItems().Select(item => item.AsInt())]
        : [Int(name)];

    /// <summary>A list of numbers that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>Its values.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or holds something else.</exception>
    public IReadOnlyList<double> Numbers(string name) => [.. List(name, "a list of numbers").Select(item => item.AsNumber())];

    /// <summary>An object that must be there.</summary>
    /// <param name="name">The field.</param>
    /// <returns>The object.</returns>
    /// <exception cref="CheckpointFormatException">It is missing or not an object.</exception>
    public ConfigSection Section(string name) => new(_fields.Need(name, "an object").AsObject());

    /// <summary>An object that may be absent.</summary>
    /// <param name="name">The field.</param>
    /// <returns>The object, or null.</returns>
    /// <exception cref="CheckpointFormatException">It is not an object.</exception>
    public ConfigSection? FindSection(string name) => _fields.Section(name) is { } section ? new(section) : null;

    /// <summary>An error about one of this section's fields, in the words of all others.</summary>
    /// <param name="name">The field.</param>
    /// <param name="problem">What is wrong with it and what would be right.</param>
    /// <returns>The exception, to throw.</returns>
    public CheckpointFormatException Error(string name, string problem) => new($"'{File}': {_fields.At}.{name} {problem}.");

    private static CheckpointFormatException Failure(string message, Exception? cause) => new(message, cause);

    private IEnumerable<JsonField> List(string name, string kind) => _fields.Need(name, kind).AsItems(kind);
}
