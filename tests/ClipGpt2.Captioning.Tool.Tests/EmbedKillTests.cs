using System.Buffers.Binary;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>A build that is killed, at whatever moment, goes on and ends as one that never was.</summary>
public sealed class EmbedKillTests : IDisposable
{
    private const int Seed = 5;
    private const int ChunkSize = 80;
    private const int Chunks = 3;
    private const string InBatch = ": encoding";
    private const string InWriting = "row(s) written";

    private readonly EmbedFolder _folder = new(copies: 4);
    private readonly string[] _options = ["--batch-size", "20", "--chunk-size", $"{ChunkSize}", "--verbose"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Five_kills_in_batches_and_in_the_writing_of_chunks_change_no_byte_of_the_store()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        Assert.Equal(0, Run("undisturbed"));

        var random = new Random(Seed);
        List<string> moments = [];
        foreach (var kind in new[] { InBatch, InWriting, InBatch, InWriting, InBatch })
        {
            moments.Add(kind == InBatch ? KillInBatch(random) : KillInWriting(random));
        }

        Assert.Equal(Chunks - 1, Journal().Chunks);
        Assert.Equal(0, Run("killed"));
        foreach (var ((name, expected), (killedName, killed)) in _folder.Files("undisturbed").Zip(_folder.Files("killed")))
        {
            Assert.Equal(name, killedName);
            Assert.True(expected.AsSpan().SequenceEqual(killed), $"{name} differs after the kills at: {string.Join(" | ", moments)}");
        }

        Assert.Equal(2, _folder.Files("killed").Count);
    }

    [Fact]
    public void One_process_builds_a_store_at_a_time_and_a_dead_one_keeps_nobody_out()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The size of a pipe can be set on Linux only.");
        using var first = new TracedProcess(_folder.Arguments("store", _options));
        Assert.True(first.ReadTo(InWriting, 1));
        using (var second = new TracedProcess(_folder.Arguments("store", _options)))
        {
            Assert.Equal(1, second.WaitForExit());
            Assert.Contains("embeddings.lock", second.LastLine, StringComparison.Ordinal);
        }

        first.Kill();
        Assert.Equal(0, Run("store"));
    }

    /// <summary>Kills while the encoder works on a batch: the log's last line says that it began, and none that it ended.</summary>
    private string KillInBatch(Random random)
    {
        // The moment between two batches is short, but a kill may meet it; such a one counts as an interruption more.
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var process = new TracedProcess(_folder.Arguments("killed", _options));
            Assert.True(process.ReadTo(InBatch, random.Next(1, 4)), process.LastLine);
            process.Kill();
            if (process.LastLine.Contains(InBatch, StringComparison.Ordinal))
            {
                return process.LastLine;
            }
        }

        throw new InvalidOperationException("No kill met a batch.");
    }

    /// <summary>Kills while a chunk is written: as nobody reads the log any more, the process waits within it.</summary>
    private string KillInWriting(Random random)
    {
        using var process = new TracedProcess(_folder.Arguments("killed", _options));
        Assert.True(process.ReadTo(InWriting, random.Next(12, 24)), process.LastLine);
        var before = Journal();
        process.Kill();
        Assert.Contains(InWriting, process.LastLine, StringComparison.Ordinal);
        var (chunks, partial) = Journal();
        Assert.Equal(before.Chunks, chunks);
        Assert.True(partial > 0, "No part of the chunk is on the disk.");

        // Let the next kill be in another chunk.
        using var next = new TracedProcess(_folder.Arguments("killed", _options));
        Assert.True(next.ReadTo("complete on disk", 1), next.LastLine);
        next.Kill();
        return process.LastLine;
    }

    private int Run(string store)
    {
        using var process = new TracedProcess(_folder.Arguments(store, _options));
        return process.WaitForExit();
    }

    /// <summary>How many whole chunks the journal holds (its first record isn't one), and how many bytes of another.</summary>
    private (int Chunks, long Partial) Journal()
    {
        var bytes = File.ReadAllBytes(Path.Combine(_folder.Store("killed"), "embeddings.partial"));
        var (records, position) = (0, 0L);
        while (position + sizeof(int) <= bytes.Length
            && position + sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan((int)position)) + 32L is var end
            && end <= bytes.Length)
        {
            records++;
            position = end;
        }

        return (records - 1, bytes.Length - position);
    }
}
