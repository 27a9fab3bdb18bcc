using System.Text.Json;
using System.Text.Unicode;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A tensor of a safetensors file and where its bytes begin, counted from the end of the header.</summary>
internal sealed record SafetensorsEntry(TensorInfo Info, ElementType Type, long Begin, long End);

/// <summary>The JSON header of a safetensors file.</summary>
/// <remarks>
/// Every field is checked before anything relies on it. The order of the checks is that of the reference implementation
/// (safetensors 0.8, <c>Metadata::validate</c>), so that a file with several faults is refused for the same one.
/// </remarks>
internal sealed class SafetensorsHeader
{
    public const string MetadataName = "__metadata__";

    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly string _file;
    private Dictionary<string, string>? _metadata;

    private SafetensorsHeader(string file) => _file = file;

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata ?? [];

    /// <summary>Parses and validates.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The bytes that follow the header.</param>
    /// <param name="file">For messages.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string file)
    {
        if (!Utf8.IsValid(json))
        {
            throw new CheckpointFormatException($"'{file}': the header isn't UTF-8, so this is no safetensors file.");
        }

        var header = new SafetensorsHeader(file);
        try
        {
            var reader = new Utf8JsonReader(json);
            header.ReadObject(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException($"'{file}': the header isn't the JSON object of a safetensors file: {e.Message}", e);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    private void ReadObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(reader.TokenType == JsonTokenType.StartObject, "must be a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == MetadataName)
            {
                ReadMetadata(ref reader);
            }
            else if (!_entries.TryAdd(name, ReadEntry(ref reader, name)))
            {
                throw new CheckpointFormatException($"'{_file}': the header has a duplicate key, the tensor '{name}'.");
            }
        }

        // Reads on to the end, so that text after the object is seen.
        Expect(!reader.Read(), "must end with its object");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(_metadata is null, $"has a duplicate key, '{MetadataName}'");
        if (reader.TokenType == JsonTokenType.Null)
        {
            // The reference's field is one that may be absent.
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, $"needs an object of texts as '{MetadataName}'");
        _metadata = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, $"needs texts in '{MetadataName}', and '{key}' isn't one");
            Expect(_metadata.TryAdd(key, reader.GetString()!), $"has a duplicate key, '{key}' in '{MetadataName}'");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, $"needs an object for the tensor '{name}'");
        string? type = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            reader.Read();
            switch (field)
            {
                case "dtype":
                    Expect(type is null && reader.TokenType == JsonTokenType.String, $"needs one text as 'dtype' of '{name}'");
                    type = reader.GetString();
                    break;
                case "shape":
                    Expect(shape is null, $"has a duplicate key, 'shape' of '{name}'");
                    shape = ReadNumbers(ref reader, name, field);
                    break;
                case "data_offsets":
                    Expect(offsets is null, $"has a duplicate key, 'data_offsets' of '{name}'");
                    offsets = ReadNumbers(ref reader, name, field);
                    break;
                default:
                    // The reference lets later versions of the format add fields.
                    reader.Skip();
                    break;
            }
        }

        Expect(type is not null, $"lacks 'dtype' of the tensor '{name}'");
        Expect(shape is not null, $"lacks 'shape' of the tensor '{name}'");
        Expect(offsets is { Count: 2 }, $"needs two 'data_offsets' for the tensor '{name}'");
        var element = ElementType.Find(type!)
            ?? throw new CheckpointFormatException($"'{_file}': the tensor '{name}' has the unknown element type '{type}'; known are {ElementType.Names}.");
        return new(new(name, type!, shape!, offsets![1] - offsets[0]), element, offsets[0], offsets[1]);
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, $"needs a list as '{field}' of '{name}'");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            long number = 0;
            Expect(
                reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number) && number >= 0,
                $"needs integers from 0 to {long.MaxValue} in '{field}' of '{name}'");
            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>The tensors must follow one another from the first byte after the header to the last of the file.</summary>
    private void CheckLayout(long dataLength)
    {
        long position = 0;
        foreach (var (info, type, begin, end) in _entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (begin != position || end < begin)
            {
                throw new CheckpointFormatException(
                    $"'{_file}': the data offsets [{begin}, {end}] of the tensor '{info.Name}' are wrong: the tensor before it ends at {position}, and there may be neither holes nor overlaps.");
            }

            if (type.ByteLength(info.Shape) is var needed && needed != end - begin)
            {
                throw new CheckpointFormatException(
                    $"'{_file}': the tensor '{info.Name}' has {end - begin} bytes, but its shape [{string.Join(", ", info.Shape)}] of {info.DataType} {(needed is null ? "has more elements than a file can hold or ends within a byte" : $"needs {needed}")}.");
            }

            position = end;
        }

        if (position > dataLength)
        {
            throw new CheckpointFormatException(
                $"'{_file}' is cut short: its tensors need {position} bytes and {dataLength} follow the header. Fetch the file again.");
        }

        if (position < dataLength)
        {
            throw new CheckpointFormatException($"'{_file}' has {dataLength - position} trailing bytes that belong to no tensor.");
        }
    }

    private void Expect(bool condition, string rule)
    {
        if (!condition)
        {
            throw new CheckpointFormatException($"'{_file}': the header {rule}.");
        }
    }
}
