using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Text.Bpe;
using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Text.Files;

/// <summary>Reads <c>vocab.json</c>, <c>vocab.txt</c> and <c>merges.txt</c>.</summary>
internal static class VocabularyReader
{
    /// <summary>The largest file that is read; the largest vocabularies in use take a tenth of it.</summary>
    private const int LargestFile = 128 << 20;

    /// <summary>Reads a stream to its end.</summary>
    public static byte[] ReadAll(Stream stream, string name)
    {
        try
        {
            using var copy = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                copy.Write(buffer, 0, read);
                if (copy.Length > LargestFile)
                {
                    throw new TokenizerFormatException($"'{name}' is larger than {LargestFile >> 20} MB, which no tokenizer's file is.");
                }
            }

            var bytes = copy.ToArray();
            return GitLfsPointer.Begins(bytes) ? throw new TokenizerFormatException(GitLfsPointer.Refusal(name)) : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new TokenizerFormatException($"'{name}' can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a JSON object of tokens and their ids.</summary>
    public static TokenVocabulary ReadJson(byte[] bytes, string name)
    {
        var entries = new List<KeyValuePair<string, int>>();
        try
        {
            var reader = new Utf8JsonReader(WithoutMark(bytes));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new TokenizerFormatException($"'{name}' must hold a JSON object of tokens and their ids.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                entries.Add(ReadEntry(ref reader, name));
            }

            while (reader.Read())
            {
                // To the end, so that what follows the object is an error.
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new TokenizerFormatException($"'{name}' isn't sound JSON: {e.Message}", e);
        }

        return entries.Count > 0 ? new(entries) : throw new TokenizerFormatException($"'{name}' holds no tokens.");
    }

    /// <summary>Reads a file of tokens, one a line, whose ids are the lines' numbers.</summary>
    public static TokenVocabulary ReadLines(byte[] bytes, string name)
    {
        var lines = Lines(bytes, name);
        if (lines[^1].Length == 0)
        {
            lines = lines[..^1];
        }

        return lines.Length > 0 ? new([.. lines.Select((line, i) => KeyValuePair.Create(line, i))]) : throw new TokenizerFormatException($"'{name}' holds no tokens.");
    }

    /// <summary>Reads merges as GPT-2's and RoBERTa's tokenizers do: without the first line, whatever it is, and without what follows the last line break.</summary>
    public static MergeList ReadMerges(byte[] bytes, string name)
    {
        var lines = Lines(bytes, name);
        var end = Math.Max(1, lines.Length - 1);
        return new(name, ParseMerges(lines.AsSpan(1..end), name)) { Unread = [.. PairsOf([lines[0], .. lines[end..]])] };
    }

    /// <summary>Reads merges as CLIP's tokenizer does: stripped, without the first line, and no more than a number.</summary>
    public static MergeList ReadStrippedMerges(byte[] bytes, string name, int most)
    {
        var lines = Lines(bytes, name);
        var end = lines.Length;
        while (end > 0 && CodePoints.Strip(lines[end - 1]).IsEmpty)
        {
            end--;
        }

        return new(name, ParseMerges(lines.AsSpan(Math.Min(1, end)..Math.Min(end, most + 1)), name)) { Unread = [.. PairsOf(lines[..1])] };
    }

    private static List<(string Left, string Right)> ParseMerges(ReadOnlySpan<string> lines, string name)
    {
        var merges = new List<(string, string)>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var parts = Parts(lines[i]);
            if (parts.Length == 2)
            {
                merges.Add((parts[0], parts[1]));
            }
            else if (parts.Length > 0)
            {
                throw new TokenizerFormatException($"'{name}', line {i + 2}: a merge is two tokens with a space between them, not '{Shorten(lines[i])}'.");
            }
        }

        return merges;
    }

    private static IEnumerable<(string Left, string Right)> PairsOf(IEnumerable<string> lines) =>
        lines.Select(Parts).Where(parts => parts.Length == 2).Select(parts => (parts[0], parts[1]));

    private static string[] Parts(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static KeyValuePair<string, int> ReadEntry(ref Utf8JsonReader reader, string name)
    {
        var token = reader.GetString()!;
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var id) && id is >= 0 and <= TokenVocabulary.LargestId
            ? new(token, id)
            : throw new TokenizerFormatException($"'{name}': the id of '{Shorten(token)}' must be a whole number from 0 to {TokenVocabulary.LargestId}.");
    }

    /// <summary>The lines, ended by any of Python's three line breaks; the last one is what follows the last break.</summary>
    private static string[] Lines(byte[] bytes, string name)
    {
        if (bytes.Length == 0)
        {
            throw new TokenizerFormatException($"'{name}' is empty. Fetch it again.");
        }

        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(WithoutMark(bytes));
            return text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        }
        catch (ArgumentException e)
        {
            throw new TokenizerFormatException($"'{name}' isn't UTF-8 text: {e.Message}", e);
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "..." : text;
}
