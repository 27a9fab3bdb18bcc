using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Embeddings;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Earlier;

/// <summary>Caption checkpoints that an earlier version wrote.</summary>
public sealed class EarlierCheckpointTests
{
    /// <summary>A checkpoint that doesn't say what it was trained upon goes into a captioner only.</summary>
    private const string WithoutBase = "siglip";

    public static TheoryData<string> Names => EarlierFiles.Names("checkpoints");

    public static TheoryData<string> WithBases => new(Names.Select(row => row.Data).Where(name => name != WithoutBase));

    public static TheoryData<string> UponCaptioners => new(Names.Select(row => row.Data).Where(name => Expected(name).ContainsKey("captioner")));

    [Theory]
    [MemberData(nameof(Names))]
    public void An_earlier_checkpoint_says_of_itself_what_it_said(string name)
    {
        using var checkpoint = CaptionCheckpoint.Open(EarlierFiles.Checkpoint(name));
        var expected = Expected(name);
        Assert.Equal(CheckpointForm.Own, checkpoint.Form);
        Assert.Equal(expected["train_loss"]?.GetValue<double>(), checkpoint.TrainLoss);
        Assert.Equal(expected["validation_loss"]?.GetValue<double>(), checkpoint.ValidationLoss);
        Assert.Equal(expected["metadata"]!.AsObject().Select(p => KeyValuePair.Create(p.Key, p.Value!.GetValue<string>())), checkpoint.Metadata.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal(
            expected["tensors"]!.AsArray().GetValues<string>(),
            checkpoint.Tensors.Values.Select(tensor => $"{tensor.Name} {tensor.DataType} [{string.Join(", ", tensor.Shape)}]").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WithBases))]
    public void It_becomes_the_captioner_that_it_was(string name)
    {
        using var captioner = Load(EarlierFiles.Checkpoint(name), name);
        EarlierFiles.AssertSays(Expected(name), captioner);
    }

    [Theory]
    [MemberData(nameof(WithBases))]
    public void Written_again_and_as_a_folder_it_says_the_same(string name)
    {
        using var folder = new TemporaryFolder();
        using (var checkpoint = CaptionCheckpoint.Open(EarlierFiles.Checkpoint(name)))
        {
            checkpoint.SaveAs(folder.File("again.safetensors"));
        }

        Assert.Equal(File.ReadAllBytes(EarlierFiles.Checkpoint(name)), File.ReadAllBytes(folder.File("again.safetensors")));
        using (var captioner = Load(folder.File("again.safetensors"), name, new() { Trainable = TrainableParts.All }))
        {
            captioner.Save(folder.File("captioner"));
        }

        using var saved = Captioner.FromPretrained(folder.File("captioner"));
        EarlierFiles.AssertSays(Expected(name), saved);
    }

    [Theory]
    [MemberData(nameof(UponCaptioners))]
    public void It_goes_into_the_captioner_that_it_was_trained_upon(string name)
    {
        using var captioner = Captioner.FromPretrained(EarlierFiles.Captioner(Expected(name)["captioner"]!.GetValue<string>()), new CaptionerOptions { Trainable = TrainableParts.All });
        using (var checkpoint = CaptionCheckpoint.Open(EarlierFiles.Checkpoint(name)))
        {
            captioner.Apply(checkpoint);
        }

        EarlierFiles.AssertSays(Expected(name), captioner);
    }

    [Fact]
    public void Models_are_found_by_the_ids_that_it_names()
    {
        using var cache = new EarlierCache();
        using var captioner = Captioner.FromPretrained(EarlierFiles.Checkpoint("configured"), new CaptionerOptions { ModelSearch = cache.Search });
        EarlierFiles.AssertSays(Expected("configured"), captioner);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_model_whose_content_is_another_is_refused(bool isEncoder)
    {
        var (encoder, decoder) = (EarlierFiles.Captioner(isEncoder ? "linear" : "linear_tanh"), EarlierFiles.Captioner(isEncoder ? "linear_tanh" : "linear"));
        var refusal = Assert.Throws<CheckpointFormatException>(() => Load(EarlierFiles.Checkpoint("frozen_encoder"), Path.Combine(encoder, "encoder"), Path.Combine(decoder, "decoder")));
        Assert.Contains(BaseOf("frozen_encoder", isEncoder ? "clip" : "gpt2")["sha256"]!.GetValue<string>(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_whose_weights_a_checkpoint_holds_makes_no_store_in_its_bases_name()
    {
        using var captioner = Load(EarlierFiles.Checkpoint("trained_encoder"), "trained_encoder");
        var preparation = new ImagePreparation(captioner.Encoder.Preprocessor, new CaptionerOptions());
        var refusal = Assert.Throws<CaptioningException>(() => StoreOrigin.Of(captioner.Encoder, preparation, EmbeddingPrecision.Float32));
        Assert.Contains("Write the captioner as a folder", refusal.Message, StringComparison.Ordinal);
    }

    private static JsonObject Expected(string name) => EarlierFiles.Expected("checkpoints", name);

    private static JsonNode BaseOf(string name, string part) => JsonNode.Parse(Expected(name)["metadata"]!["base_models"]!.GetValue<string>())![part]!;

    private static Captioner Load(string path, string name, CaptionerOptions? options = null)
    {
        var expected = Expected(name);
        return Load(path, Base("encoder_base"), Base("decoder_base"), options);

        string Base(string key) => EarlierFiles.PathOf(expected[key]!.GetValue<string>());
    }

    private static Captioner Load(string path, string encoder, string decoder, CaptionerOptions? options = null)
    {
        options ??= new();
        options.Bases = new() { Encoder = encoder, Decoder = decoder };
        return Captioner.FromPretrained(path, options);
    }
}
