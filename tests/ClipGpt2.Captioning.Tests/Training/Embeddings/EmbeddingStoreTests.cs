using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Opening and reading stores; damaged ones are refused.</summary>
public sealed class EmbeddingStoreTests : IDisposable
{
    private static readonly float[][] Rows = [[1, 2], [3, 4], [5, 6]];

    private readonly TemporaryFolder _folder = new();

    private string Embeddings => _folder.File("embeddings.safetensors");

    private string Images => _folder.File("images.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_by_their_ids()
    {
        StoreMaker.Write(_folder.Path, Rows);
        using var store = EmbeddingStore.Open(_folder.Path);
        Assert.Equal((3, 2, EmbeddingPrecision.Float32), (store.Count, store.Features.Size, store.Precision));
        Assert.True(store.TryFind("id 2", out var row));
        Assert.Equal([5, 6], EmbeddingStoreBuilderTests.Row(store, row));
        Assert.False(store.TryFind("ID 2", out _));
    }

    [Fact]
    public void A_row_of_float16_is_widened_whatever_its_length()
    {
        var values = Enumerable.Range(0, 1300).Select(i => i / 16f).ToArray();
        StoreMaker.Write(_folder.Path, StoreMaker.Origin with { Precision = EmbeddingPrecision.Float16 }, values.Length, 2, (row, bytes) =>
            TensorPrimitives.ConvertToHalf(Array.ConvertAll(values, v => v + row), MemoryMarshal.Cast<byte, Half>(bytes)));
        using var store = EmbeddingStore.Open(_folder.Path);
        Assert.Equal(values.Select(v => v + 1), EmbeddingStoreBuilderTests.Row(store, 1));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_row_with_a_number_that_is_not_finite_is_named(float bad)
    {
        StoreMaker.Write(_folder.Path, [1, 2], [3, bad]);
        using var store = EmbeddingStore.Open(_folder.Path);
        store.Read(0, new float[2]);
        var error = Assert.Throws<CheckpointFormatException>(() => store.Read(1, new float[2]));
        Assert.Contains("row 1 (image 'id 1')", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_rows_lengths_and_times_are_the_callers_errors()
    {
        StoreMaker.Write(_folder.Path, Rows);
        var store = EmbeddingStore.Open(_folder.Path);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(-1, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(3, new float[2]));
        Assert.Throws<ArgumentException>(() => store.Read(0, new float[3]));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Read(0, new float[2]));
        store.Dispose();
    }

    [Fact]
    public void Eight_threads_read_what_one_reads()
    {
        float[][] rows = [.. Enumerable.Range(0, 500).Select(i => new float[] { i, -i, 2 * i })];
        StoreMaker.Write(_folder.Path, rows);
        using var store = EmbeddingStore.Open(_folder.Path);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 2000; i++)
            {
                var row = random.Next(rows.Length);
                Assert.Equal(rows[row], EmbeddingStoreBuilderTests.Row(store, row));
            }
        });
    }

    [Fact]
    public void A_flipped_bit_is_found_when_the_numbers_are_verified()
    {
        StoreMaker.Write(_folder.Path, Rows);
        using (var store = EmbeddingStore.Open(_folder.Path))
        {
            store.Verify();
        }

        var bytes = File.ReadAllBytes(Embeddings);
        bytes[^3] ^= 1;
        File.WriteAllBytes(Embeddings, bytes);
        using var damaged = EmbeddingStore.Open(_folder.Path);
        var error = Assert.Throws<CheckpointFormatException>(() => damaged.Verify());
        Assert.Contains(Embeddings, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_store_says_how_to_build_one()
    {
        var error = Assert.Throws<ModelNotFoundException>(() => EmbeddingStore.Open(_folder.Path));
        Assert.Contains("clipgpt2 embed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void A_file_that_is_cut_short_is_refused(int bytes)
    {
        StoreMaker.Write(_folder.Path, Rows);
        File.WriteAllBytes(Embeddings, File.ReadAllBytes(Embeddings)[..^bytes]);
        Refused(Embeddings);
    }

    [Fact]
    public void A_store_without_its_list_is_refused()
    {
        StoreMaker.Write(_folder.Path, Rows);
        File.Delete(Images);
        Refused(Images);
    }

    [Theory]
    [InlineData("format", "something else")]
    [InlineData("format", null)]
    [InlineData("version", "2")]
    [InlineData("version", null)]
    [InlineData("encoder_id", null)]
    [InlineData("encoder_sha256", null)]
    [InlineData("preprocessing", null)]
    [InlineData("preprocessing", "{")]
    [InlineData("preprocessing", "[]")]
    [InlineData("element_type", null)]
    [InlineData("element_type", "bfloat16")]
    [InlineData("element_type", "float16")]
    [InlineData("images_sha256", null)]
    [InlineData("embeddings_sha256", null)]
    public void Metadata_that_are_missing_or_wrong_are_named(string name, string? value)
    {
        StoreMaker.Write(_folder.Path, Rows);
        StoreMaker.Rewrite(_folder.Path, metadata =>
        {
            metadata.Remove(name);
            if (value is not null)
            {
                metadata[name] = value;
            }
        });
        Refused(Embeddings, $"'{name}'");
    }

    [Theory]
    [InlineData("embeddings", 6L)]
    [InlineData("embeddings", 3L, 2L, 1L)]
    [InlineData("embeddings", 0L, 2L)]
    [InlineData("embeddings", 2L, 3L)]
    [InlineData("other", 3L, 2L)]
    public void A_tensor_of_another_name_or_shape_is_refused(string name, params long[] shape)
    {
        StoreMaker.Write(_folder.Path, Rows);
        var bytes = 4 * (int)shape.Aggregate(1L, (a, b) => a * b);
        StoreMaker.Rewrite(_folder.Path, _ => { }, new SafetensorsContent(name, ElementType.Find("F32")!, shape, stream => stream.Write(new byte[bytes])));
        Refused(Embeddings);
    }

    [Theory]
    [InlineData("{", "line 2")]
    [InlineData("", "line 2")]
    [InlineData("null", "line 2")]
    [InlineData("""{"id":"x"}""", "line 2")]
    [InlineData("""{"id":null,"name":"x"}""", "line 2")]
    [InlineData("""{"id":1,"name":"x"}""", "line 2")]
    [InlineData("""{"id":"x","name":"x","bytes":-1}""", "line 2")]
    [InlineData("""{"id":"x","name":"x","modified":"yesterday"}""", "line 2")]
    [InlineData("""{"id":"id 0","name":"x"}""", "line 2: the id 'id 0' was in line 1")]
    public void A_line_that_is_wrong_is_named(string line, string where)
    {
        StoreMaker.Write(_folder.Path, Rows);
        var lines = File.ReadAllLines(Images);
        lines[1] = line;
        File.WriteAllText(Images, string.Concat(lines.Select(l => l + "\n")));

        HashImages();
        Refused(Images, where);
    }

    [Fact]
    public void A_list_of_another_length_is_refused()
    {
        StoreMaker.Write(_folder.Path, Rows);
        File.WriteAllLines(Images, File.ReadAllLines(Images)[..2]);
        HashImages();
        Refused(Images, "lists 2 pictures");
    }

    [Fact]
    public void A_list_that_was_changed_is_refused()
    {
        StoreMaker.Write(_folder.Path, Rows);
        File.WriteAllText(Images, File.ReadAllText(Images).Replace("picture 1", "picture 9", StringComparison.Ordinal));
        Refused(Images, "changed or exchanged");
    }

    /// <summary>Somebody who edits the list puts its hash right, too.</summary>
    private void HashImages() =>
        StoreMaker.Rewrite(_folder.Path, metadata => metadata["images_sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Images))));

    private void Refused(params string[] named)
    {
        var error = Assert.ThrowsAny<CaptioningException>(() => EmbeddingStore.Open(_folder.Path));
        Assert.All(named, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }
}
