using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>A store is refused with another encoder, another preprocessing or other pictures than it was built with.</summary>
public sealed class StaleStoreTests : IDisposable
{
    private readonly PictureFolder _pictures = new(3);
    private readonly ColourEncoder _encoder = new();

    public StaleStoreTests() => new EmbeddingStoreBuilder(_encoder).Build(_pictures.Store, _pictures.Images);

    public void Dispose()
    {
        _pictures.Dispose();
        _encoder.Dispose();
    }

    [Fact]
    public void A_fresh_store_opens_and_precision_batches_and_threads_do_not_matter()
    {
        var options = new EmbeddingStoreOptions { Precision = EmbeddingPrecision.Float16, BatchSize = 1, Threads = 1, ChunkSize = 7 };
        EmbeddingStore.OpenFor(_pictures.Store, _encoder, options).Dispose();
    }

    [Fact]
    public void Another_encoder_is_named_and_so_is_the_remedy()
    {
        using var other = new ColourEncoder { Identity = new ModelIdentity("models/other", new string('b', 64)) };
        var message = Stale(other).Message;
        Assert.All(["'colours'", "aaaaaaaaaaaa", "'models/other'", "bbbbbbbbbbbb", "clipgpt2 embed", _pictures.Store], text => Assert.Contains(text, message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_encoder_from_another_folder_is_no_other_one()
    {
        using var moved = new ColourEncoder { Identity = _encoder.Identity with { Id = "elsewhere", Computation = "Float16 on cuda" } };
        EmbeddingStore.OpenFor(_pictures.Store, moved).Dispose();
    }

    [Fact]
    public void Every_difference_of_the_preprocessing_is_listed()
    {
        var options = new EmbeddingStoreOptions
        {
            Preprocessor = new(_encoder.Preprocessor.Options with { Squash = new ImageSize(7, 5), Mean = [0, 0, 0], Resample = Captioning.Images.Resampling.ResampleFilter.Bilinear }),
            ImageDecoding = { Fidelity = ImageFidelity.Viewer },
            ImageDecoder = new OtherDecoder(),
        };
        var differences = Stale(_encoder, options).Differences;
        Assert.Equal(
            ["preprocessing.alpha_background", "preprocessing.apply_orientation", "preprocessing.decoder", "preprocessing.fidelity", "preprocessing.mean", "preprocessing.resample", "preprocessing.squash"],
            differences.Select(d => d.Split(':')[0]));
        Assert.Contains("""null in the store, {"height":5,"width":7} now""", differences[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void All_options_of_the_preprocessing_are_recorded()
    {
        // One that is added must be added there too: each property has its key, and decoding has four.
        var keys = PreprocessingJson.Parse(PreprocessingJson.Of(_encoder.Preprocessor, new SkiaImageDecoder(), new ImageDecodingOptions())).Select(k => k.Key).ToList();
        var properties = typeof(ImagePreprocessorOptions).GetProperties().Where(property => property.Name != "EqualityContract").Select(property => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        Assert.Equal(properties.Concat(["decoder", "fidelity", "apply_orientation", "alpha_background"]).Order(StringComparer.Ordinal), keys);
    }

    [Fact]
    public void A_picture_that_was_painted_over_is_named()
    {
        var size = new FileInfo(_pictures.Files[1]).Length;
        _pictures.Paint(1, 9);
        Assert.Equal(size, new FileInfo(_pictures.Files[1]).Length);
        File.SetLastWriteTimeUtc(_pictures.Files[1], DateTime.UtcNow.AddHours(1));
        Assert.Contains(_pictures.Files[1], Assert.Single(Stale(_encoder).Differences), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_of_another_size_is_named()
    {
        var time = File.GetLastWriteTimeUtc(_pictures.Files[2]);
        File.AppendAllText(_pictures.Files[2], "more");
        File.SetLastWriteTimeUtc(_pictures.Files[2], time);
        Assert.Contains(_pictures.Files[2], Assert.Single(Stale(_encoder).Differences), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_was_only_touched_or_is_gone_is_no_difference()
    {
        File.SetLastWriteTimeUtc(_pictures.Files[0], DateTime.UtcNow.AddHours(1));
        File.Delete(_pictures.Files[1]);
        EmbeddingStore.OpenFor(_pictures.Store, _encoder).Dispose();
    }

    [Fact]
    public void An_encoder_that_can_not_say_which_it_is_has_no_store()
    {
        using var nameless = new Nameless();
        Assert.Contains(nameof(IIdentifiedModel), Assert.Throws<CaptioningException>(() => EmbeddingStore.OpenFor(_pictures.Store, nameless)).Message, StringComparison.Ordinal);
        Assert.Contains(nameof(IIdentifiedModel), Assert.Throws<CaptioningException>(() => new EmbeddingStoreBuilder(nameless).Build(_pictures.Store, _pictures.Images)).Message, StringComparison.Ordinal);
    }

    private StaleEmbeddingStoreException Stale(IImageEncoder encoder, EmbeddingStoreOptions? options = null) =>
        Assert.Throws<StaleEmbeddingStoreException>(() => EmbeddingStore.OpenFor(_pictures.Store, encoder, options));

    private sealed class OtherDecoder : IImageDecoder
    {
        public DecodedImage Decode(Stream encoded, ImageDecodingOptions options) => throw new NotSupportedException();
    }

    private sealed class Nameless : IImageEncoder
    {
        public FeatureShape Features => new(1);

        public ImagePreprocessor Preprocessor { get; } = new();

        public torch.Tensor Encode(torch.Tensor pixels) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
