using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>What a build makes of good and bad input.</summary>
public sealed class EmbeddingStoreBuilderTests : IDisposable
{
    private readonly PictureFolder _pictures = new(10);
    private readonly ColourEncoder _encoder = new();

    public void Dispose()
    {
        _pictures.Dispose();
        _encoder.Dispose();
    }

    [Theory]
    [InlineData(EmbeddingPrecision.Float32)]
    [InlineData(EmbeddingPrecision.Float16)]
    public void A_store_holds_what_the_encoder_gives(EmbeddingPrecision precision)
    {
        var result = Build(new() { Precision = precision, BatchSize = 3, ChunkSize = 4 });
        Assert.Equal((10, 0, 0), (result.Images, result.Kept, result.Skipped.Count));
        using var store = EmbeddingStore.OpenFor(_pictures.Store, _encoder);
        Assert.Equal((10, _encoder.Features.Size, precision, _encoder.Identity with { Computation = null }), (store.Count, store.Features.Size, store.Precision, store.Encoder));
        for (var i = 0; i < 10; i++)
        {
            Assert.True(store.TryFind($"id {i}", out var row));
            Assert.Equal(i, row);
            Assert.Equal(Expected(i, precision), Row(store, row));
        }

        Assert.False(store.TryFind("id 10", out _));
        store.Verify();
    }

    [Fact]
    public void The_numbers_of_threads_and_of_pictures_ahead_change_no_byte()
    {
        Build(new() { BatchSize = 2, ChunkSize = 4 });
        Build(new() { BatchSize = 2, ChunkSize = 4, Threads = 5, PrefetchMegabytes = 1 }, _pictures.OtherStore("other"));
        AssertEqualStores(_pictures.Store, _pictures.OtherStore("other"));
    }

    [Fact]
    public void A_data_sets_pictures_are_embedded_once_in_the_order_of_their_first_captions()
    {
        var data = new Examples([_pictures.Example(4), _pictures.Example(4), _pictures.Example(1), _pictures.Example(4), _pictures.Example(0), _pictures.Example(1)]);
        var result = new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, data, token: TestContext.Current.CancellationToken);
        Assert.Equal((3, 3), (result.Images, _encoder.Encoded));
        using var store = EmbeddingStore.Open(_pictures.Store);
        Assert.Equal(["id 4", "id 1", "id 0"], store.Records.Select(r => r.Id));
    }

    [Fact]
    public void An_example_without_a_picture_is_named_by_its_place()
    {
        var data = new Examples([_pictures.Example(0), _pictures.Example(1) with { Image = null, Embedding = new float[12] }]);
        var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, data));
        Assert.Contains("captions.json: [1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_occurs_twice_is_an_error()
    {
        var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, [_pictures.Images[3], _pictures.Images[3]]));
        Assert.Contains("'id 3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_leave_to_skip_all_bad_pictures_are_listed_and_the_good_ones_kept()
    {
        File.Delete(_pictures.Files[2]);
        File.WriteAllText(_pictures.Files[7], "no picture");
        var error = Assert.Throws<BadImagesException>(() => Build(new() { BatchSize = 2, ChunkSize = 2 }));
        Assert.Equal(["id 2", "id 7"], error.Images.Select(i => i.Id));
        Assert.Contains(_pictures.Files[2], error.Message, StringComparison.Ordinal);
        Assert.Contains(_pictures.Files[7], error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_pictures.StoreFile("embeddings.safetensors")));

        _pictures.Paint(2, 2);
        _pictures.Paint(7, 7);
        var mended = Build(new() { BatchSize = 2, ChunkSize = 2 });
        Assert.Equal((10, 6), (mended.Images, mended.Kept));
        Build(new() { BatchSize = 2, ChunkSize = 2 }, _pictures.OtherStore("other"));
        AssertEqualStores(_pictures.Store, _pictures.OtherStore("other"));
    }

    [Fact]
    public void Of_many_bad_pictures_the_message_names_ten_and_the_error_has_all()
    {
        var images = Enumerable.Range(0, 12).Select(i => KeyValuePair.Create($"id {i}", ImageSource.FromFile($"missing-{i}.png"))).ToList();
        var error = Assert.Throws<BadImagesException>(() => new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, images));
        Assert.Equal(12, error.Images.Count);
        Assert.Contains("12 picture(s)", error.Message, StringComparison.Ordinal);
        Assert.Contains("id 9 ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("id 10 ", error.Message, StringComparison.Ordinal);
        Assert.Contains("... and 2 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_leave_to_skip_bad_pictures_are_listed_in_a_file()
    {
        File.Delete(_pictures.Files[0]);
        File.WriteAllText(_pictures.Files[9], "no picture");
        var options = new EmbeddingStoreOptions { BatchSize = 4, BadImages = BadImagePolicy.Skip };
        var result = Build(options);
        Assert.Equal(["id 0", "id 9"], result.Skipped.Select(i => i.Id));
        Assert.Equal(8, result.Images);
        var lines = File.ReadAllLines(_pictures.StoreFile("skipped.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"id\":\"id 9\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"error\":", lines[1], StringComparison.Ordinal);

        using (var store = EmbeddingStore.Open(_pictures.Store))
        {
            Assert.Equal(result.Skipped, store.Skipped);
        }

        // The same again is up to date; mended, the pictures are in.
        Assert.True(Build(options).WasUpToDate);
        _pictures.Paint(0, 0);
        _pictures.Paint(9, 9);
        Assert.Equal(10, Build(options).Images);
        Assert.False(File.Exists(_pictures.StoreFile("skipped.jsonl")));
    }

    [Fact]
    public void The_list_of_skipped_pictures_belongs_to_the_store()
    {
        File.Delete(_pictures.Files[0]);
        Build(new() { BadImages = BadImagePolicy.Skip });
        File.WriteAllText(_pictures.StoreFile("skipped.jsonl"), """{"id":"id 1","name":"x","error":"y"}""");
        Assert.Contains("skipped.jsonl", Assert.Throws<CheckpointFormatException>(() => EmbeddingStore.Open(_pictures.Store)).Message, StringComparison.Ordinal);
        File.Delete(_pictures.StoreFile("skipped.jsonl"));
        Assert.Contains("skipped.jsonl", Assert.Throws<CheckpointFormatException>(() => EmbeddingStore.Open(_pictures.Store)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_store_is_made_of_bad_pictures_alone()
    {
        foreach (var file in _pictures.Files)
        {
            File.Delete(file);
        }

        Assert.Contains("no picture", Assert.Throws<CaptioningException>(() => Build(new() { BadImages = BadImagePolicy.Skip })).Message, StringComparison.Ordinal);
        Assert.Throws<ModelNotFoundException>(() => EmbeddingStore.Open(_pictures.Store));
    }

    [Fact]
    public void A_picture_whose_embedding_is_not_finite_is_bad_and_the_others_are_embedded()
    {
        using var broken = new ColourEncoder { Change = BreakSecond };
        var options = new EmbeddingStoreOptions { BadImages = BadImagePolicy.Skip };
        var result = new EmbeddingStoreBuilder(broken, options).Build(_pictures.Store, _pictures.Images);
        Assert.Equal(_pictures.Files.Count - 1, result.Images);
        Assert.Contains("NaN or infinity", Assert.Single(result.Skipped).Error, StringComparison.Ordinal);
        Assert.Contains(_pictures.Files[1], result.Skipped[0].Error, StringComparison.Ordinal);

        static torch.Tensor BreakSecond(torch.Tensor embeddings)
        {
            var changed = embeddings.clone();
            using var row = changed[1];
            row.fill_(float.NaN.ToScalar());
            return changed;
        }
    }

    [Fact]
    public void Numbers_that_are_not_finite_name_the_picture()
    {
        using var broken = new ColourEncoder { Change = embeddings => embeddings / 0 };
        var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(broken).Build(_pictures.Store, _pictures.Images));
        Assert.Contains(_pictures.Files[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_beyond_float16_name_the_picture_and_the_remedy()
    {
        using var large = new ColourEncoder { Change = embeddings => embeddings * 1e6 };
        var error = Assert.Throws<CaptioningException>(
            () => new EmbeddingStoreBuilder(large, new() { Precision = EmbeddingPrecision.Float16 }).Build(_pictures.Store, _pictures.Images));
        Assert.Contains(_pictures.Files[0], error.Message, StringComparison.Ordinal);
        Assert.Contains("float32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_whose_output_has_another_shape_is_refused()
    {
        using var odd = new ColourEncoder { Change = embeddings => embeddings.narrow(1, 0, 5).clone() };
        var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(odd).Build(_pictures.Store, _pictures.Images));
        Assert.Contains("[10, 5]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_come_together()
    {
        var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(_encoder, new() { BatchSize = 0, ChunkSize = 0, Threads = 0 }));
        Assert.All(["BatchSize", "ChunkSize", "Threads"], name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_has_one_builder_at_a_time()
    {
        using (new StoreFolder(_pictures.Path).Lock())
        {
            var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(_encoder).Build(_pictures.Path, _pictures.Images));
            Assert.Contains("embeddings.lock", error.Message, StringComparison.Ordinal);
        }

        new EmbeddingStoreBuilder(_encoder).Build(_pictures.Path, _pictures.Images);
    }

    [Fact]
    public void A_store_that_is_up_to_date_costs_no_encoding()
    {
        Build(new());
        var again = Build(new());
        Assert.True(again.WasUpToDate);
        Assert.Equal((10, 10, 10), (again.Images, again.Kept, _encoder.Encoded));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_store_of_other_pictures_is_built_again(bool reversed)
    {
        Build(new());
        var images = reversed ? _pictures.Images.Reverse() : _pictures.Images.Skip(1);
        new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, [.. images]);
        new EmbeddingStoreBuilder(_encoder).Build(_pictures.OtherStore("other"), [.. images]);
        AssertEqualStores(_pictures.Store, _pictures.OtherStore("other"));
    }

    [Fact]
    public void A_damaged_store_is_built_again()
    {
        Build(new());
        File.WriteAllText(_pictures.StoreFile("images.jsonl"), "{}");
        Assert.False(Build(new()).WasUpToDate);
        EmbeddingStore.Open(_pictures.Store).Dispose();
    }

    [Fact]
    public void What_a_killed_build_left_behind_is_removed()
    {
        Directory.CreateDirectory(_pictures.Store);
        File.WriteAllText(_pictures.StoreFile("embeddings.safetensors.abc.tmp"), "half a store");
        Build(new());
        Assert.Equal(["embeddings.lock", "embeddings.safetensors", "images.jsonl"], Directory.GetFiles(_pictures.Store).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
    }

    [Fact]
    public void Progress_counts_the_images_and_knows_the_end()
    {
        var reports = new List<TrainingProgress>();
        new EmbeddingStoreBuilder(_encoder, new() { BatchSize = 4 }).Build(_pictures.Store, _pictures.Images, new Immediate(reports.Add), TestContext.Current.CancellationToken);
        Assert.Equal([4, 8, 10], reports.Select(r => r.Done));
        Assert.All(reports, r => Assert.Equal((TrainingPhase.Embedding, 10L), (r.Phase, r.Total)));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.True(reports[^1].ExamplesPerSecond > 0);
    }

    [Fact]
    public void Pictures_in_memory_and_in_streams_are_embedded_too()
    {
        var bytes = File.ReadAllBytes(_pictures.Files[3]);
        using var stream = new OneWay(File.ReadAllBytes(_pictures.Files[4]));
        KeyValuePair<string, ImageSource>[] images = [new("memory", ImageSource.FromBytes(bytes)), new("stream", ImageSource.FromStream(stream)), new("pixels", ImageSource.FromPixels(new RgbImage(1, 1, new byte[3])))];
        new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, images);
        using var store = EmbeddingStore.Open(_pictures.Store);
        Assert.Equal(Expected(3, EmbeddingPrecision.Float32), Row(store, 0));
        Assert.Equal(Expected(4, EmbeddingPrecision.Float32), Row(store, 1));
        Assert.Equal([true, true, false], store.Records.Select(r => r.Sha256 is not null));
    }

    internal static void AssertEqualStores(string one, string other)
    {
        foreach (var name in new[] { "embeddings.safetensors", "images.jsonl" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(one, name)), File.ReadAllBytes(Path.Combine(other, name)));
        }
    }

    internal static float[] Row(EmbeddingStore store, int row)
    {
        var values = new float[store.Features.Size];
        store.Read(row, values);
        return values;
    }

    private EmbeddingStoreResult Build(EmbeddingStoreOptions options, string? folder = null) =>
        new EmbeddingStoreBuilder(_encoder, options).Build(folder ?? _pictures.Store, _pictures.Images, token: TestContext.Current.CancellationToken);

    private float[] Expected(int index, EmbeddingPrecision precision)
    {
        using var image = ImageSource.FromFile(_pictures.Files[index]).Decode(new Captioning.Images.SkiaImageDecoder(), new());
        var pixels = new float[_encoder.Features.Size];
        _encoder.Preprocessor.Preprocess(image, pixels);
        return precision == EmbeddingPrecision.Float32 ? pixels : Array.ConvertAll(pixels, p => (float)(Half)p);
    }

    private sealed class Examples(CaptionExample[] examples) : ICaptionDataset
    {
        public int Count => examples.Length;

        public CaptionExample this[int index] => examples[index];
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, in order and on the caller's thread.</summary>
    private sealed class Immediate(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>A stream that can't seek.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
