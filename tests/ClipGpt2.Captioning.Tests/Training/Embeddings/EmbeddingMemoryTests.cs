using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>These count live tensors and memory of the whole process, so nothing else may run beside them.</summary>
[Collection(nameof(CountsTensors))]
public sealed class EmbeddingMemoryTests(EmbeddingMemoryTests.LargeStore large) : IClassFixture<EmbeddingMemoryTests.LargeStore>
{
    private const int Images = 120_000;
    private const int Dimension = 512;
    private const int Captions = 600_000;

    /// <summary>What the numbers take on the disk is 123 MB in float16; in memory there is the list of images alone.</summary>
    private const long ListBytes = 80L << 20;

    [Fact]
    public void Reading_the_rows_of_600000_captions_in_random_order_takes_no_managed_memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var store = EmbeddingStore.Open(large.Path);
        Assert.Equal((Images, Dimension), (store.Count, store.Features.Size));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, ListBytes);
        Read(store, 1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Read(store, Captions);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 100_000);
    }

    [Fact]
    public void A_table_over_such_a_store_holds_a_number_for_each_image()
    {
        using var store = EmbeddingStore.Open(large.Path);
        using var encoder = new ColourEncoder { Change = _ => throw new InvalidOperationException("Nothing is to be computed.") };
        var examples = Enumerable.Range(0, Images).Select(i => new CaptionExample { ImageId = $"id {i}", Caption = "a caption" });
        var loader = new EmbeddingLoader(new Wide(encoder), new ImagePreparation(encoder.Preprocessor, new CaptionerOptions()), new DataLoadingOptions()) { Store = store };
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var table = loader.Load(examples);
        Assert.Equal((Images, 0, 0), (table.Count, table.Computed, table.Bad.Count));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 40L << 20);
        GC.KeepAlive(table);
    }

    [Fact]
    public void A_store_of_sequences_is_read_without_its_pages_gathering_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The system tells how much of a process is mapped files.");
        const int Shards = 6;
        const int RowsOfShard = 512;
        var features = new FeatureShape(768, 64); // 98 kB in float16, 302 MB in all
        using var folder = new TemporaryFolder();
        var files = new StoreFolder(folder.Path);
        files.Create();
        using (var shards = new StoreShards(files, StoreMaker.Origin with { Precision = EmbeddingPrecision.Float16 }, features, "made", Shards, NullLogger.Instance))
        {
            var row = new byte[features.Numbers * sizeof(short)];
            for (var shard = 0; shard < Shards; shard++)
            {
                shards.Append(shard, [.. Enumerable.Range(shard * RowsOfShard, RowsOfShard).Select(i => new EmbeddedImage(new ImageRecord { Id = $"id {i}", Name = $"picture {i}" }, row))]);
            }

            Assert.Equal(Shards * RowsOfShard, shards.Complete());
        }

        using var store = EmbeddingStore.Open(folder.Path);
        var values = new float[features.Numbers];
        var (random, before, most) = (new Random(3), MappedBytes(), 0L);
        for (var i = 0; i < 2 * Shards * RowsOfShard; i++)
        {
            store.Read(random.Next(store.Count), values);
            most = i % 64 == 0 ? Math.Max(most, MappedBytes() - before) : most;
        }

        store.Verify();
        Assert.InRange(Math.Max(most, MappedBytes() - before), 1, StoredRows.MostMapped * 3 / 2);

        static long MappedBytes() => 1024 * long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("RssFile:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Building_loading_and_pixels_leave_no_tensor()
    {
        using var pictures = new PictureFolder(7);
        using var encoder = new ColourEncoder();
        var preparation = new ImagePreparation(encoder.Preprocessor, new CaptionerOptions());
        var before = CountsTensors.Settled();
        new EmbeddingStoreBuilder(encoder, new() { BatchSize = 2 }).Build(pictures.Store, pictures.Images);
        using (var store = EmbeddingStore.OpenFor(pictures.Store, encoder))
        {
            var examples = Enumerable.Range(0, 7).Select(pictures.Example).ToList();
            var table = new EmbeddingLoader(encoder, preparation, new DataLoadingOptions()) { BatchSize = 3 }.Load(examples);
            table.Stack([0, 3, 6]).Dispose();
            foreach (var batch in PixelLoader.Load([examples], preparation, new DataLoadingOptions()))
            {
                batch.ToTensor().Dispose();
            }
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void A_build_that_fails_leaves_no_tensor()
    {
        using var pictures = new PictureFolder(7);
        using var encoder = new ColourEncoder { Change = embeddings => embeddings / 0 };
        var before = CountsTensors.Settled();
        Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(encoder).Build(pictures.Store, pictures.Images));
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static void Read(EmbeddingStore store, int captions)
    {
        var random = new Random(5);
        Span<float> row = stackalloc float[Dimension];
        for (var i = 0; i < captions; i++)
        {
            var image = random.Next(Images);
            store.Read(image, row);
            if (row[0] != image % 1000 || row[^1] != 1)
            {
                Assert.Fail($"Row {image} begins with {row[0]} and ends with {row[^1]}.");
            }
        }
    }

    /// <summary>Written once: 120,000 x 512 float16.</summary>
    public sealed class LargeStore : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public LargeStore()
        {
            var values = Enumerable.Repeat(1f, Dimension).ToArray();
            StoreMaker.Write(_folder.Path, StoreMaker.Origin with { Precision = EmbeddingPrecision.Float16 }, Dimension, Images, (row, bytes) =>
            {
                values[0] = row % 1000;
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes));
            });
        }

        public string Path => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }

    /// <summary>An encoder that says it gives 512 numbers.</summary>
    private sealed class Wide(ColourEncoder inner) : Captioning.Encoders.IImageEncoder
    {
        public FeatureShape Features => new(Dimension);

        public Captioning.Images.ImagePreprocessor Preprocessor => inner.Preprocessor;

        public torch.Tensor Encode(torch.Tensor pixels) => inner.Encode(pixels);

        public void Dispose()
        {
        }
    }
}
