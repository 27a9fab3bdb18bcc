using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Where a table's embeddings come from, and what is wrong with them.</summary>
public sealed class EmbeddingLoaderTests : IDisposable
{
    private readonly PictureFolder _pictures = new(5);
    private readonly ColourEncoder _encoder = new();

    public void Dispose()
    {
        _pictures.Dispose();
        _encoder.Dispose();
    }

    [Fact]
    public void Each_distinct_image_is_computed_once()
    {
        var table = Load([_pictures.Example(3), _pictures.Example(3), _pictures.Example(0)]);
        Assert.Equal((2, 2, 2), (table.Count, table.Computed, _encoder.Encoded));
        Assert.True(table.TryFind("id 0", out var row));
        Assert.Equal(1, row);
        Assert.Equal(Stored(0), Row(table, row));
        Assert.False(table.TryFind("id 1", out _));
    }

    [Fact]
    public void Embeddings_that_examples_bring_along_are_taken_as_they_are()
    {
        float[] own = [.. Enumerable.Range(0, 12).Select(i => i / 8f)];
        var table = Load([_pictures.Example(0), _pictures.Example(1) with { Embedding = own, Image = null }]);
        Assert.Equal((2, 1), (table.Count, table.Computed));
        Assert.True(table.TryFind("id 1", out var row));
        Assert.Equal(own, Row(table, row));
        using var batch = table.Stack([row, 0, row]);
        Assert.Equal([3, 12], batch.shape);
        Assert.Equal([.. own, .. Stored(0), .. own], batch.data<float>().ToArray());
    }

    [Fact]
    public void What_the_store_has_is_read_from_it_and_the_rest_is_computed()
    {
        using var store = BuildStore(3);
        using var encoder = new ColourEncoder();
        var table = Load(Enumerable.Range(0, 5).Select(_pictures.Example), store, encoder);
        Assert.Equal((5, 2, 2), (table.Count, table.Computed, encoder.Encoded));
        for (var i = 0; i < 5; i++)
        {
            Assert.True(table.TryFind($"id {i}", out var row));
            Assert.Equal(i, row);
            Assert.Equal(Stored(i), Row(table, row));
        }
    }

    [Fact]
    public void A_picture_under_another_path_must_be_the_one_that_the_store_has()
    {
        using var store = BuildStore(3);
        var moved = Path.Combine(_pictures.Path, "moved.png");
        File.Copy(_pictures.Files[2], moved);
        Assert.Equal(0, Load([_pictures.Example(2) with { Image = moved }], store).Computed);

        var error = Assert.Throws<StaleEmbeddingStoreException>(() => Load([_pictures.Example(1) with { Image = moved }], store));
        Assert.Contains("'id 1'", error.Message, StringComparison.Ordinal);
        Assert.Contains(moved, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(11, 0f, "has 11 numbers")]
    [InlineData(12, float.NaN, "NaN or infinity")]
    [InlineData(12, float.PositiveInfinity, "NaN or infinity")]
    public void A_bad_embedding_is_named_by_its_place(int length, float value, string problem)
    {
        var bad = _pictures.Example(4) with { Embedding = Enumerable.Repeat(value, length).ToArray() };
        var error = Assert.Throws<CaptioningException>(() => Load([_pictures.Example(0), bad]));
        Assert.Contains("captions.json: [4], image 'id 4'", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_pictures_are_noted_with_their_errors_and_the_others_go_on()
    {
        File.Delete(_pictures.Files[1]);
        File.WriteAllText(_pictures.Files[3], "no picture");
        var table = Load([.. Enumerable.Range(0, 5).Select(_pictures.Example), new() { ImageId = "nothing", Caption = "x", Location = "here" }]);
        Assert.Equal(3, table.Count);
        Assert.Equal(["nothing", "id 1", "id 3"], table.Bad.Select(b => b.Example.ImageId));
        Assert.Contains("here", table.Bad[0].ToBadImage().Error, StringComparison.Ordinal);
        Assert.Contains(_pictures.Files[1], table.Bad[1].ToBadImage().Error, StringComparison.Ordinal);
        Assert.False(table.TryFind("id 1", out _));
    }

    [Fact]
    public void Progress_counts_all_images_and_begins_with_those_that_need_no_work()
    {
        using var store = BuildStore(3);
        var reports = new List<(long, long)>();
        Load(Enumerable.Range(0, 5).Select(_pictures.Example), store, progress: (done, total) => reports.Add((done, total)));
        Assert.Equal([(3, 5), (5, 5)], reports);
    }

    [Fact]
    public void A_store_of_another_size_is_refused()
    {
        StoreMaker.Write(_pictures.Store, [1, 2, 3]);
        using var store = EmbeddingStore.Open(_pictures.Store);
        Assert.Contains("holds [B, 3]", Assert.Throws<CaptioningException>(() => Load([], store)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_ends_the_work()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Loader(null, null).Load([_pictures.Example(0)], null, source.Token));
    }

    private EmbeddingStore BuildStore(int images)
    {
        new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, [.. _pictures.Images.Take(images)]);
        return EmbeddingStore.OpenFor(_pictures.Store, _encoder);
    }

    private EmbeddingTable Load(IEnumerable<CaptionExample> examples, EmbeddingStore? store = null, ColourEncoder? encoder = null, Action<long, long>? progress = null) =>
        Loader(store, encoder).Load(examples, progress);

    private EmbeddingLoader Loader(EmbeddingStore? store, ColourEncoder? encoder) =>
        new(encoder ?? _encoder, new ImagePreparation(_encoder.Preprocessor, new CaptionerOptions()), new DataLoadingOptions()) { Store = store };

    private float[] Stored(int index)
    {
        var prepared = PreparedImage.From(_pictures.Files[index], new ImagePreparation(_encoder.Preprocessor, new CaptionerOptions()));
        return prepared.Pixels;
    }

    private static float[] Row(EmbeddingTable table, int row)
    {
        var values = new float[table.Features.Numbers];
        table.Read(row, values);
        return values;
    }
}
