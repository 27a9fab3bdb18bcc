using System.Text.Json;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Text.Files;

/// <summary>What a tokenizer's JSON files have beside the fields that all files have: ids and numbers of tokens.</summary>
internal static class TokenFields
{
    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <exception cref="TokenizerFormatException">It doesn't.</exception>
    public static JsonField Parse(byte[] bytes, string file) => JsonField.Parse(file, bytes, (message, cause) => new TokenizerFormatException(message, cause));

    public static int AsId(this JsonField field) => field.Json.ValueKind == JsonValueKind.Number && field.Json.TryGetInt32(out var id) && id is >= 0 and <= TokenVocabulary.LargestId
        ? id
        : throw field.Wrong($"an id from 0 to {TokenVocabulary.LargestId}");

    /// <summary>A number of tokens; one beyond 32 bits (transformers writes 1e30 for "none") is no limit.</summary>
    public static int? Limit(this JsonField fields, string name) => fields.Find(name) is not { } field ? null
        : field.Json.ValueKind == JsonValueKind.Number && field.Json.GetDouble() is >= 1 and var limit ? (limit <= int.MaxValue ? (int)limit : null)
        : throw field.Wrong("a number of tokens");
}
