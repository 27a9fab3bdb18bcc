using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Tests.Training.Embeddings;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Tests.Earlier;

/// <summary>Embedding stores of vectors that an earlier version built: their form stays byte for byte.</summary>
public sealed class EarlierStoreTests
{
    public static TheoryData<string> Names => EarlierFiles.Names("stores");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_earlier_store_holds_what_it_held(string name)
    {
        using var store = EmbeddingStore.Open(EarlierFiles.Store(name));
        var expected = EarlierFiles.Expected("stores", name);
        Assert.Equal(expected["precision"]!.GetValue<string>(), store.Precision.ToString());
        Assert.Equal(EarlierFiles.Pictures.Length, store.Count);
        store.Verify(Token);
        foreach (var picture in EarlierFiles.Pictures)
        {
            Assert.True(store.TryFind(picture, out var row));
            EarlierFiles.AssertNear(expected["rows"]![picture]!, store.Read(row).Values.ToArray(), tolerance: 0);
        }
    }

    [Fact]
    public void It_belongs_to_the_encoder_that_it_was_built_with()
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner("linear_tanh"));
        using var store = EmbeddingStore.OpenFor(EarlierFiles.Store("clip"), captioner.Encoder, token: Token);
        Assert.Equal("broken", Assert.Single(store.Skipped).Id);
        var expected = EarlierFiles.Expected("captioners", "linear_tanh")["captions"]!;
        foreach (var (row, picture) in EarlierFiles.Pictures.Index())
        {
            EarlierFiles.AssertNear(expected[picture]!["embedding"]!, store.Read(row).Values.ToArray(), EarlierFiles.EmbeddingTolerance);
            Assert.Equal(expected[picture]!["text"]!.GetValue<string>(), captioner.Caption([store.Read(row)])[0].Text);
        }

        using var other = Captioner.FromPretrained(EarlierFiles.Captioner("linear"));
        Assert.Throws<StaleEmbeddingStoreException>(() => EmbeddingStore.OpenFor(EarlierFiles.Store("clip"), other.Encoder, token: Token));
    }

    [Fact]
    public async Task Training_from_it_goes_as_training_from_the_pictures()
    {
        var (fromPictures, fromStore) = (await Train(null), await Train(EarlierFiles.Store("clip")));
        Assert.Equal(fromPictures, fromStore, EarlierFiles.FigureTolerance);
    }

    [Theory]
    [InlineData("made_float32", EmbeddingPrecision.Float32)]
    [InlineData("made_float16", EmbeddingPrecision.Float16)]
    public void Built_anew_it_has_the_same_bytes(string name, EmbeddingPrecision precision)
    {
        using var folder = new TemporaryFolder();

        // Quarters, so that no processor's rounding can be seen.
        using var encoder = new ColourEncoder { Change = embeddings => (embeddings * 4).round() / 4 };
        var images = EarlierFiles.Pictures.Select(picture => KeyValuePair.Create(picture, ImageSource.FromBytes(File.ReadAllBytes(EarlierFiles.Picture(picture)), $"{picture}.png"))).ToList();
        new EmbeddingStoreBuilder(encoder, new() { BatchSize = 2, Precision = precision }).Build(folder.Path, images, token: Token);
        Assert.Equal(Files(EarlierFiles.Store(name)), Files(folder.Path));
        Assert.All(Directory.GetFiles(EarlierFiles.Store(name)), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(folder.File(Path.GetFileName(file)))));

        static IEnumerable<string> Files(string store) =>
            Directory.GetFiles(store).Select(file => Path.GetFileName(file)).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    private static async Task<double> Train(string? store)
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner("linear_tanh"), new CaptionerOptions { Trainable = TrainableParts.ProjectorAndDecoder });
        var data = new InMemoryCaptionDataset([.. EarlierFiles.Pictures.Select(picture => new CaptionExample { ImageId = picture, Image = EarlierFiles.Picture(picture), Caption = "A ring." })]);
        var options = new CaptionTrainerOptions { Epochs = 2, BatchSize = 3, LearningRate = 1e-3, Loading = { EmbeddingStore = store } };
        return (await new CaptionTrainer(captioner, options).TrainAsync(data, token: Token)).History[^1].TrainLoss;
    }
}
