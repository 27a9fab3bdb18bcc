using System.Security.Cryptography;
using System.Text.Json;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Reads <c>images.jsonl</c> and <c>skipped.jsonl</c>.</summary>
internal static class ImageRecordFile
{
    /// <summary>Reads all lines.</summary>
    /// <returns>The records, and the hash of the file's content.</returns>
    /// <exception cref="CheckpointFormatException">The file can't be read, or a line is of another form; the message names it.</exception>
    public static (List<ImageRecord> Records, string Hash) Read(string path)
    {
        try
        {
            RegularFile.Need(path);
            var bytes = File.ReadAllBytes(path);
            if (GitLfsPointer.Begins(bytes))
            {
                throw new CheckpointFormatException(GitLfsPointer.Refusal(path));
            }

            return (Parse(path, bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw InputFile.Unreadable(path, e);
        }
    }

    private static List<ImageRecord> Parse(string path, ReadOnlySpan<byte> bytes)
    {
        var records = new List<ImageRecord>();
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            try
            {
                records.Add(ImageRecord.Parse(line));
            }
            catch (JsonException e)
            {
                throw new CheckpointFormatException($"'{path}', line {records.Count + 1}: not a picture's record ({e.Message}). Build the store again.", e);
            }

            bytes = end < 0 ? [] : bytes[(end + 1)..];
        }

        return records;
    }
}
