using System.Text.Json;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>Which archive's files lie in a folder; written when all of them do.</summary>
internal sealed record CocoReceipt(string Source, long Bytes, string? EntityTag, int Files)
{
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Null if there is none, or another one.</summary>
    public static CocoReceipt? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<CocoReceipt>(File.ReadAllBytes(path), Form) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="CaptioningException">It can't be written.</exception>
    public void Write(string path) => CacheFile.Write($"{path}.incomplete", path, JsonSerializer.SerializeToUtf8Bytes(this, Form));
}
