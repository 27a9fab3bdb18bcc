using System.Formats.Tar;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Reads the samples of a tar file; its pictures' bytes are passed over and only their places noted.</summary>
internal static class TarShard
{
    private const int BlockBytes = 512;
    private const int MaxTextBytes = 16 << 20;

    /// <exception cref="CaptioningException">The file is no tar or was cut, or a sample is malformed; the message names shard and key.</exception>
    public static IEnumerable<TarSample> Samples(string path)
    {
        using var stream = DataFile.Open(path, "pictures and captions as tar");
        using var tar = new TarReader(stream);
        TarSample? sample = null;
        var end = 0L;
        while (Next(tar, path, sample) is { } entry)
        {
            end = EndOf(entry, stream.Length, path);
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile && Split(entry.Name) is var (key, ending))
            {
                if (sample?.Key != key)
                {
                    if (sample is not null)
                    {
                        yield return sample;
                    }

                    sample = new TarSample(path, key);
                }

                Add(sample, ending, entry);
            }
        }

        // A tar ends with blocks of zeros: without them the rest is missing, even where it was cut between two files.
        if (end + BlockBytes > stream.Length)
        {
            throw Cut(path, sample);
        }

        if (sample is not null)
        {
            yield return sample;
        }
    }

    private static TarEntry? Next(TarReader tar, string path, TarSample? last)
    {
        try
        {
            return TextFile.Guard(path, "tar", () => tar.GetNextEntry());
        }
        catch (CaptioningException e) when (e.InnerException is EndOfStreamException)
        {
            throw Cut(path, last);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException)
        {
            throw new CaptioningException($"'{path}'{After(last)}: what stands there is no tar header; the file is no tar or is damaged ({e.Message})", e);
        }
    }

    private static long EndOf(TarEntry entry, long fileLength, string path) => entry.Length <= fileLength - entry.DataOffset
        ? entry.DataOffset + ((entry.Length + BlockBytes - 1) / BlockBytes * BlockBytes)
        : throw new CaptioningException($"'{path}', '{entry.Name}': the tar was cut within this file; download or copy it again.");

    private static CaptioningException Cut(string path, TarSample? last) =>
        new($"'{path}'{After(last)}: the tar was cut: its end mark is missing; download or copy it again.");

    private static string After(TarSample? last) => last is null ? "" : $", after key '{last.Key}'";

    /// <summary>Key and ending of a file's name; null for hidden files and those without an ending.</summary>
    private static (string Key, string Ending)? Split(string name)
    {
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        var file = name.LastIndexOf('/') + 1;
        var dot = name.IndexOf('.', file);
        return dot > file ? (name[..dot], name[(dot + 1)..].ToLowerInvariant()) : null;
    }

    private static void Add(TarSample sample, string ending, TarEntry entry)
    {
        switch (ending)
        {
            case "jpg" or "jpeg" or "png" or "webp":
                sample.AddImage(ImageSource.FromFileSection(sample.Shard, entry.DataOffset, entry.Length, $"{sample.Shard}/{sample.Key}.{ending}"));
                break;
            case "txt":
                sample.AddText(ReadAll(sample, ending, entry));
                break;
            case "json":
                sample.AddJson(ReadAll(sample, ending, entry));
                break;
        }
    }

    private static byte[] ReadAll(TarSample sample, string ending, TarEntry entry)
    {
        if (entry.Length > MaxTextBytes)
        {
            throw sample.Wrong($"its {ending} has {entry.Length} bytes, more than captions can take ({MaxTextBytes})");
        }

        var bytes = new byte[entry.Length];
        TextFile.Guard(sample.Shard, "tar", () => entry.DataStream?.ReadAtLeast(bytes, bytes.Length));
        return bytes;
    }
}
