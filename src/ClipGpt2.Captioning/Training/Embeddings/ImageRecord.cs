using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Pipeline;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>A line of <c>images.jsonl</c> or <c>skipped.jsonl</c>: which picture it is, and what its file was.</summary>
internal sealed record ImageRecord
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The size of the encoded picture; null where there is none, as for missing files and bare pixels.</summary>
    public long? Bytes { get; init; }

    public DateTime? Modified { get; init; }

    public string? Sha256 { get; init; }

    /// <summary>Why there is no embedding; null where there is one.</summary>
    public string? Error { get; init; }

    public static ImageRecord Of(string id, PreparedImage image) => new()
    {
        Id = id,
        Name = image.Source.Name,
        Bytes = image.Stamp?.Bytes,
        Modified = image.Stamp?.Modified,
        Sha256 = image.Stamp?.Sha256,
        Error = image.Error?.Message,
    };

    /// <exception cref="JsonException">The line is of another form.</exception>
    public static ImageRecord Parse(ReadOnlySpan<byte> line)
    {
        var record = JsonSerializer.Deserialize<ImageRecord>(line, Form) ?? throw new JsonException("it is null");
        return record switch
        {
            { Id: null } or { Name: null } => throw new JsonException("'id' and 'name' must be texts"),
            { Bytes: < 0 } => throw new JsonException("'bytes' is negative"),
            _ when record.Name == record.Id => record with { Name = record.Id }, // one text in memory
            _ => record,
        };
    }

    /// <summary>The line, without a line end.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Form);

    public BadImage ToBadImage() => new(Id, Name, Error ?? "");

    /// <summary>Whether a picture still is the one that was embedded, or still is missing.</summary>
    public bool Matches(string id, ImageSource source) => id == Id && source.Name == Name && (Stamp is { } stamp
        ? stamp.Matches(source)
        : Error is not null && source.FilePath is { } path && !File.Exists(path));

    /// <summary>What the picture's file was, where there was one.</summary>
    [JsonIgnore]
    public ImageStamp? Stamp => Bytes is { } bytes ? new ImageStamp(bytes, Modified, Sha256) : null;
}
