using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>A build that was ended goes on where it was, and ends with the bytes of one that never was.</summary>
public sealed class EmbeddingResumeTests : IDisposable
{
    private const int Pictures = 12;

    private readonly PictureFolder _pictures = new(Pictures);
    private readonly ColourEncoder _encoder = new();
    private readonly EmbeddingStoreOptions _options = new() { BatchSize = 2, ChunkSize = 3 }; // 4 with whole batches

    public void Dispose()
    {
        _pictures.Dispose();
        _encoder.Dispose();
    }

    [Fact]
    public void A_cancelled_build_goes_on_after_its_last_whole_chunk()
    {
        Cancel(after: 6);
        var result = Build();
        Assert.Equal((Pictures, 4), (result.Images, result.Kept));
        Assert.Equal(6 + 8, _encoder.Encoded);
        AssertEqualsUndisturbed();
        Assert.False(File.Exists(_pictures.StoreFile("embeddings.partial")));
    }

    [Fact]
    public void A_journal_may_end_at_any_byte()
    {
        Cancel(after: Pictures);
        var journal = File.ReadAllBytes(_pictures.StoreFile("embeddings.partial"));
        Build(_pictures.OtherStore("undisturbed"));
        var kept = new HashSet<int>();
        Gen.Int[0, journal.Length].Sample(
            length =>
            {
                File.WriteAllBytes(_pictures.StoreFile("embeddings.partial"), journal[..length]);
                File.Delete(_pictures.StoreFile("embeddings.safetensors"));
                kept.Add(Build().Kept);
                EmbeddingStoreBuilderTests.AssertEqualStores(_pictures.OtherStore("undisturbed"), _pictures.Store);
            },
            iter: 60,
            threads: 1);
        Assert.Superset(new HashSet<int> { 0, 4, 8 }, kept);
    }

    [Fact]
    public void What_follows_a_cut_chunk_is_found_again_too()
    {
        Cancel(after: 8);
        using (var journal = File.OpenWrite(_pictures.StoreFile("embeddings.partial")))
        {
            journal.SetLength(journal.Length - 5);
        }

        Cancel(after: 8);
        Assert.Equal(8, Build().Kept);
        AssertEqualsUndisturbed();
    }

    [Fact]
    public void A_journal_may_be_damaged_at_any_byte()
    {
        Cancel(after: Pictures);
        var journal = File.ReadAllBytes(_pictures.StoreFile("embeddings.partial"));
        Build(_pictures.OtherStore("undisturbed"));
        Gen.Int[0, journal.Length - 1].Sample(
            place =>
            {
                byte[] damaged = [.. journal];
                damaged[place] ^= 0x40;
                File.WriteAllBytes(_pictures.StoreFile("embeddings.partial"), damaged);
                File.Delete(_pictures.StoreFile("embeddings.safetensors"));
                Assert.InRange(Build().Kept, 0, 8);
                EmbeddingStoreBuilderTests.AssertEqualStores(_pictures.OtherStore("undisturbed"), _pictures.Store);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void A_picture_that_changed_meanwhile_is_embedded_anew_with_its_chunk_alone()
    {
        Cancel(after: Pictures);
        _pictures.Paint(1, 200);
        File.SetLastWriteTimeUtc(_pictures.Files[1], DateTime.UtcNow.AddHours(1));
        Assert.Equal(8, Build().Kept);
        AssertEqualsUndisturbed();
    }

    [Fact]
    public void A_picture_that_was_only_touched_is_kept()
    {
        Cancel(after: 8);
        File.SetLastWriteTimeUtc(_pictures.Files[1], DateTime.UtcNow.AddHours(1));
        Assert.Equal(8, Build().Kept);
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("computation")]
    [InlineData("precision")]
    [InlineData("batch")]
    [InlineData("chunk")]
    [InlineData("preprocessing")]
    public void What_was_done_under_other_settings_is_not_used(string setting)
    {
        Cancel(after: 8);
        var options = setting switch
        {
            "precision" => new EmbeddingStoreOptions { BatchSize = 2, ChunkSize = 3, Precision = EmbeddingPrecision.Float16 },
            "batch" => new EmbeddingStoreOptions { BatchSize = 4, ChunkSize = 3 },
            "chunk" => new EmbeddingStoreOptions { BatchSize = 2, ChunkSize = 6 },
            "preprocessing" => new EmbeddingStoreOptions { BatchSize = 2, ChunkSize = 3, Preprocessor = new(_encoder.Preprocessor.Options with { Squash = new(5, 3) }) },
            _ => _options,
        };
        using var encoder = setting switch
        {
            "encoder" => new ColourEncoder { Identity = new ModelIdentity("other", new string('b', 64)) },
            "computation" => new ColourEncoder { Identity = _encoder.Identity with { Computation = "BFloat16 on cpu" } },
            _ => new ColourEncoder(),
        };
        var result = new EmbeddingStoreBuilder(encoder, options).Build(_pictures.Store, _pictures.Images);
        Assert.Equal((0, Pictures), (result.Kept, encoder.Encoded));
    }

    [Fact]
    public void Other_pictures_at_the_same_places_are_not_taken_for_those_that_were_done()
    {
        Cancel(after: 8);
        var images = _pictures.Images.Take(3).Concat(_pictures.Images.Skip(4)).ToList();
        var result = new EmbeddingStoreBuilder(_encoder, _options).Build(_pictures.Store, images);
        Assert.Equal((11, 0), (result.Images, result.Kept));
    }

    private void AssertEqualsUndisturbed()
    {
        Build(_pictures.OtherStore("undisturbed"));
        EmbeddingStoreBuilderTests.AssertEqualStores(_pictures.OtherStore("undisturbed"), _pictures.Store);
    }

    private EmbeddingStoreResult Build(string? folder = null) => new EmbeddingStoreBuilder(_encoder, _options).Build(folder ?? _pictures.Store, _pictures.Images);

    /// <summary>Cancels a build when so many pictures are encoded.</summary>
    private void Cancel(int after)
    {
        using var source = new CancellationTokenSource();
        var stop = new Stop(source, after);
        Assert.ThrowsAny<OperationCanceledException>(() => new EmbeddingStoreBuilder(_encoder, _options).Build(_pictures.Store, _pictures.Images, stop, source.Token));
    }

    private sealed class Stop(CancellationTokenSource source, int after) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Done == after)
            {
                source.Cancel();
            }
        }
    }
}
