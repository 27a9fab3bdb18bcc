using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>Embeddings, checkpoints and captioners must agree on how pictures become pixels: a captioner would see other pictures than it learnt from, and say nothing.</summary>
public sealed class TwoPreprocessingsTests : IDisposable
{
    private static readonly string EncoderFolder = Path.Combine(SampleCaptioner.Folder, "encoder");
    private static readonly ImagePreprocessorOptions Own = ImagePreprocessor.Load(EncoderFolder).Options;
    private static readonly ImagePreprocessorOptions Squashed = Own with { Squash = new ImageSize(224, 224) };

    private readonly TemporaryFolder _folder = new();
    private readonly Captioner _parts = TinyTraining.LoadCaptioner();
    private readonly List<IDisposable> _loaded = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _loaded.ForEach(part => part.Dispose());
        _parts.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Training_refuses_a_store_of_the_other_one(bool isStoreSquashed)
    {
        var (store, captioner) = isStoreSquashed ? (Squashed, Own) : (Own, Squashed);
        BuildStore(store);
        var stale = await Assert.ThrowsAsync<StaleEmbeddingStoreException>(() => Train(Captioner(captioner), o => o.Loading.EmbeddingStore = _folder.File("store")));
        Assert.Contains("preprocessing.squash", stale.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Captioning_refuses_embeddings_of_the_other_one()
    {
        BuildStore(Squashed);
        using var store = EmbeddingStore.Open(_folder.File("store"));
        var refusal = Assert.Throws<CaptioningException>(() => Captioner(Own).Caption([store.Read(0), store.Read(1)]));
        Assert.Contains("preprocessing.squash: {\"height\":224,\"width\":224} in the store, null now", refusal.Message, StringComparison.Ordinal);
        var captioner = Captioner(Squashed);
        Assert.Equal(captioner.Caption(SampleCaptioner.Images[1]).Text, captioner.Caption([store.Read(1)])[0].Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_checkpoint_brings_the_preprocessing_that_it_was_trained_with(bool isSquashed)
    {
        var options = isSquashed ? Squashed : Own;
        var path = (await Train(Captioner(options))).BestCheckpoint!;
        using var checkpoint = CaptionCheckpoint.Open(path);
        using var loaded = Captioning.Captioner.FromPretrained(checkpoint.Path);
        Assert.Equal(options.Squash, loaded.Encoder.Preprocessor.Options.Squash);
        Assert.Contains(isSquashed ? "\"image_size\":[224,224]" : "\"keep_aspect\":true", checkpoint.Metadata["clip_config"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_is_not_put_into_a_captioner_of_the_other_one()
    {
        var path = (await Train(Captioner(Squashed))).BestCheckpoint!;
        using var checkpoint = CaptionCheckpoint.Open(path);
        var refusal = Assert.Throws<CheckpointFormatException>(() => Captioner(Own).Apply(checkpoint));
        Assert.Contains("preprocessing.squash", refusal.Message, StringComparison.Ordinal);
        Captioner(Squashed).Apply(checkpoint);
    }

    [Fact]
    public async Task A_checkpoint_whose_preprocessing_its_base_does_not_have_is_not_loaded_with_another()
    {
        var path = (await Train(Captioner(Own with { Mean = [0.5, 0.5, 0.5] }))).BestCheckpoint!;
        using var checkpoint = CaptionCheckpoint.Open(path);
        Assert.Contains("preprocessing.mean", Assert.Throws<CheckpointFormatException>(() => Captioning.Captioner.FromPretrained(checkpoint.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"x","image_size":[64,64]}""", "squashed to 64 x 64")]
    [InlineData("""{"model":"x","image_size":[224,224],"keep_aspect":true}""", "not squashed")]
    public async Task A_configuration_that_says_the_other_one_is_refused_before_the_training(string clip, string said)
    {
        var refusal = await Assert.ThrowsAnyAsync<CaptioningException>(() => Train(Captioner(Squashed), o => o.Checkpoints.Metadata["clip_config"] = clip));
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("squashed to 224 x 224", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    private void BuildStore(ImagePreprocessorOptions options)
    {
        using var encoder = Encoder(Own);
        new EmbeddingStoreBuilder(encoder, new() { Preprocessor = new(options) }).Build(_folder.File("store"), TinyTraining.Captions());
    }

    private Captioner Captioner(ImagePreprocessorOptions options)
    {
        var encoder = Encoder(options);
        var captioner = new Captioner(encoder, _parts.Projector, _parts.Decoder, _parts.Tokenizer);
        _loaded.Add(captioner);
        _loaded.Add(encoder);
        return captioner;
    }

    private static ClipImageEncoder Encoder(ImagePreprocessorOptions options)
    {
        using var folder = ModelFolder.Open(EncoderFolder);
        return ClipImageEncoder.Load(folder, new ImagePreprocessor(options), new ComputeOptions());
    }

    private Task<TrainingResult> Train(Captioner captioner, Action<CaptionTrainerOptions>? change = null) =>
        new CaptionTrainer(captioner, TinyTraining.Options(o =>
        {
            (o.Epochs, o.Checkpoints.Path) = (1, _folder.File("model.safetensors"));
            change?.Invoke(o);
        })).TrainAsync(TinyTraining.Captions(), TinyTraining.Captions(), token: Token);
}
