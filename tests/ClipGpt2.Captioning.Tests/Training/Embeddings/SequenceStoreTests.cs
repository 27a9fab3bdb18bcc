using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Stores of sequences: shards of float16 and an index.</summary>
public sealed class SequenceStoreTests : IDisposable
{
    private static readonly EmbeddingStoreOptions Options = new() { BatchSize = 2, ChunkSize = 4 };

    private readonly PictureFolder _pictures = new(10);
    private readonly ColourEncoder _encoder = new() { IsSequence = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void Rows_are_what_the_encoder_gives_and_lie_in_shards()
    {
        Assert.Equal(10, Build().Images);
        Assert.Equal(["embeddings-00001-of-00003.safetensors", "embeddings-00002-of-00003.safetensors", "embeddings-00003-of-00003.safetensors", "embeddings.index.json", "images.jsonl"], Files(_pictures.Store));
        using var store = EmbeddingStore.OpenFor(_pictures.Store, _encoder, token: Token);
        Assert.Equal((10, _encoder.Features, EmbeddingPrecision.Float16), (store.Count, store.Features, store.Precision));
        store.Verify(Token);
        var preparation = new ImagePreparation(_encoder.Preprocessor, new CaptionerOptions());
        var row = new float[12];
        for (var i = 0; i < 10; i++)
        {
            Assert.True(store.TryFind($"id {i}", out var found));
            store.Read(found, row);
            Assert.All(PreparedImage.From(_pictures.Files[i], preparation).Pixels.Zip(row), pair => Assert.Equal(pair.First, pair.Second, 2e-3));
        }

        using var shard = SafetensorsFile.Open(_pictures.StoreFile("embeddings-00003-of-00003.safetensors"));
        Assert.Equal("F16", shard.Tensors["embeddings"].DataType);
        Assert.Equal([2, 2, 6], shard.Tensors["embeddings"].Shape);
        Assert.True(Build().WasUpToDate);
    }

    [Fact]
    public void An_interrupted_build_goes_on_behind_its_last_chunk_and_ends_with_the_same_bytes()
    {
        var whole = _pictures.OtherStore("whole");
        new EmbeddingStoreBuilder(_encoder, Options).Build(whole, _pictures.Images, token: Token);
        using var cancel = new CancellationTokenSource();
        var encoder = new ColourEncoder { IsSequence = true };
        Assert.Throws<OperationCanceledException>(() => Build(encoder, new Cancelling(cancel, after: 6), cancel.Token));
        Assert.Equal(["embeddings-00001.partial", "embeddings.lock"], Directory.GetFiles(_pictures.Store).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Throws<ModelNotFoundException>(() => EmbeddingStore.Open(_pictures.Store));
        encoder = new ColourEncoder { IsSequence = true };
        Assert.Equal(4, Build(encoder).Kept);
        Assert.Equal(6, encoder.Encoded);
        AssertEqualFiles(whole, _pictures.Store);
    }

    [Fact]
    public void A_build_that_was_ended_while_shards_got_their_names_computes_nothing_again()
    {
        Build();
        var whole = _pictures.OtherStore("whole");
        Directory.CreateDirectory(whole);
        Files(_pictures.Store).ToList().ForEach(file => File.Copy(_pictures.StoreFile(file), Path.Combine(whole, file)));
        File.Delete(_pictures.StoreFile("embeddings.index.json"));
        File.Move(_pictures.StoreFile("embeddings-00002-of-00003.safetensors"), _pictures.StoreFile("embeddings-00002.partial"));
        var encoder = new ColourEncoder { IsSequence = true };
        Assert.Equal(10, Build(encoder).Kept);
        Assert.Equal(0, encoder.Encoded);
        AssertEqualFiles(whole, _pictures.Store);
    }

    [Fact]
    public void A_picture_that_has_changed_costs_its_chunk_and_another_encoder_all()
    {
        Build();
        _pictures.Paint(5, 77);
        var encoder = new ColourEncoder { IsSequence = true };
        Assert.Equal(6, Build(encoder).Kept);
        Assert.Equal(4, encoder.Encoded);
        encoder = new ColourEncoder { IsSequence = true, Identity = new("others", new string('b', 64)) };
        Assert.Equal(0, Build(encoder).Kept);
        using var store = EmbeddingStore.OpenFor(_pictures.Store, encoder, token: Token);
        store.Verify(Token);
    }

    [Fact]
    public void Bad_pictures_are_left_out_and_listed()
    {
        foreach (var i in (int[])[1, 4, 5, 6, 7])
        {
            File.Delete(_pictures.Files[i]);
        }

        var options = new EmbeddingStoreOptions { BatchSize = 2, ChunkSize = 4, BadImages = BadImagePolicy.Skip };
        var result = new EmbeddingStoreBuilder(_encoder, options).Build(_pictures.Store, _pictures.Images, token: Token);
        Assert.Equal((5, 5), (result.Images, result.Skipped.Count));
        using var store = EmbeddingStore.Open(_pictures.Store);
        store.Verify(Token);
        Assert.Equal([true, false, true, true, false, false, false, false, true, true], Enumerable.Range(0, 10).Select(i => store.TryFind($"id {i}", out _)));
        Assert.True(new EmbeddingStoreBuilder(_encoder, options).Build(_pictures.Store, _pictures.Images, token: Token).WasUpToDate);
    }

    [Fact]
    public void Damage_is_found_and_named()
    {
        Build();
        var (first, second, index) = (_pictures.StoreFile("embeddings-00001-of-00003.safetensors"), _pictures.StoreFile("embeddings-00002-of-00003.safetensors"), _pictures.StoreFile("embeddings.index.json"));
        var (bytes, text) = (File.ReadAllBytes(second), File.ReadAllText(index));
        File.WriteAllBytes(second, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        using (var store = EmbeddingStore.Open(_pictures.Store))
        {
            Assert.Contains("embeddings-00002-of-00003.safetensors' is damaged", Assert.Throws<CheckpointFormatException>(() => store.Verify(Token)).Message, StringComparison.Ordinal);
        }

        File.Copy(first, second, overwrite: true);
        Refused("isn't the shard that");
        File.Delete(second);
        Assert.Throws<ModelNotFoundException>(() => EmbeddingStore.Open(_pictures.Store));
        File.WriteAllBytes(second, bytes);
        File.WriteAllText(index, text.Replace("\"features\": [", "\"features\": [0, ", StringComparison.Ordinal));
        Refused("features");
        File.WriteAllText(index, text.Replace("embeddings-00001-of-00003.safetensors", "../x.safetensors", StringComparison.Ordinal));
        Refused("shards");

        void Refused(string name) => Assert.Contains(name, Assert.Throws<CheckpointFormatException>(() => EmbeddingStore.Open(_pictures.Store).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_vectors_and_one_of_sequences_take_each_others_place_whole()
    {
        using var vectors = new ColourEncoder();
        Build();
        new EmbeddingStoreBuilder(vectors, Options).Build(_pictures.Store, _pictures.Images, token: Token);
        Assert.Equal(["embeddings.safetensors", "images.jsonl"], Files(_pictures.Store));
        Build();
        Assert.DoesNotContain("embeddings.safetensors", Files(_pictures.Store));
        using var store = EmbeddingStore.Open(_pictures.Store);
        Assert.Equal(_encoder.Features, store.Features);
    }

    [Fact]
    public void Training_gets_batches_of_sequences_and_refuses_another_shape()
    {
        Build();
        using var store = EmbeddingStore.Open(_pictures.Store);
        List<CaptionExample> examples = [.. Enumerable.Range(0, 10).Select(_pictures.Example)];
        using var batch = Loader(_encoder).Load(examples, token: Token).Stack([9, 0]);
        Assert.Equal([2, 2, 6], batch.shape);
        using var vectors = new ColourEncoder();
        Assert.Contains("holds [B, 2, 6], and the encoder gives [B, 12]", Assert.Throws<CaptioningException>(() => Loader(vectors).Load(examples, token: Token)).Message, StringComparison.Ordinal);

        EmbeddingLoader Loader(ColourEncoder encoder) => new(encoder, new ImagePreparation(encoder.Preprocessor, new CaptionerOptions()), new DataLoadingOptions()) { Store = store };
    }

    [Fact]
    public void A_disk_that_is_too_small_is_refused_before_anything_is_embedded()
    {
        using var huge = new HugeEncoder();
        List<KeyValuePair<string, ImageSource>> images = [.. Enumerable.Range(0, 20_000).Select(i => new KeyValuePair<string, ImageSource>($"id {i}", $"no picture {i}"))];
        var error = Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(huge).Build(_pictures.Store, images, token: Token));
        Assert.Contains("the embedding store of 20000 pictures (2000.0 MB each) needs 40000.0 GB: make room", error.Message, StringComparison.Ordinal);
        Assert.Equal(["embeddings.lock"], Directory.GetFiles(_pictures.Store).Select(Path.GetFileName));
    }

    private EmbeddingStoreResult Build(ColourEncoder? encoder = null, IProgress<TrainingProgress>? progress = null, CancellationToken? token = null) =>
        new EmbeddingStoreBuilder(encoder ?? _encoder, Options).Build(_pictures.Store, _pictures.Images, progress, token ?? Token);

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Where(name => name != "embeddings.lock").Order(StringComparer.Ordinal);

    private static void AssertEqualFiles(string expected, string actual)
    {
        Assert.Equal(Files(expected), Files(actual));
        Assert.All(Files(expected), file => Assert.Equal(File.ReadAllBytes(Path.Combine(expected, file)), File.ReadAllBytes(Path.Combine(actual, file))));
    }

    private sealed class Cancelling(CancellationTokenSource source, long after) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Done >= after)
            {
                source.Cancel();
            }
        }
    }

    /// <summary>Gives two gigabytes for a picture, if anybody asks.</summary>
    private sealed class HugeEncoder : IImageEncoder, IIdentifiedModel
    {
        public FeatureShape Features => new(1_000_000, 1000);

        public ImagePreprocessor Preprocessor => ImagePreprocessor.ClipVitBasePatch32;

        public ModelIdentity Identity => new("huge", new string('h', 64));

        public torch.Tensor Encode(torch.Tensor pixels) => throw new InvalidOperationException("Nothing is to be encoded.");

        public void Dispose()
        {
        }
    }
}
