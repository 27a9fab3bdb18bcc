using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

[Collection(nameof(CountsTensors))]
public sealed class ClipSavingTests
{
    private static readonly ComputeOptions Training = new() { Trainable = true };

    [Theory]
    [InlineData(false, true, "config.json", "model.safetensors")]
    [InlineData(false, false, "config.json", "model.safetensors")]
    [InlineData(true, true, "open_clip_config.json", "open_clip_model.safetensors")]
    [InlineData(true, false, "open_clip_config.json", "open_clip_model.safetensors")]
    public void An_encoder_of_OpenAIs_form_is_saved_as_a_folder_that_gives_the_same(bool isResNet, bool hasText, string config, string weights)
    {
        using var clip = new TinyOpenAiClip(isResNet, hasText: hasText);
        using var target = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var original = clip.LoadEncoder();
        original.Save(target.Path);
        Assert.True(File.Exists(target.File(config)) && File.Exists(target.File(weights)));
        using var copy = ClipImageEncoder.FromPretrained(target.Path);
        Assert.True(original.Encode(clip.Pixels()).equal(copy.Encode(clip.Pixels())).all().item<bool>());
        using var source = ClipSource.Open(target.Path);
        Assert.Equal(hasText, source.Text is not null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_trained_encoder_is_saved_with_the_text_tower_that_it_came_with(bool isResNet)
    {
        using var clip = new TinyOpenAiClip(isResNet);
        using var target = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var trained = clip.LoadEncoder(Training);
        Change(trained.NamedParameters());
        trained.Save(target.Path);
        using var untrained = ClipModel.FromPretrained(clip.File);
        using var saved = ClipModel.FromPretrained(target.Path);
        Near(trained.Encode(clip.Pixels()), saved.EncodeImages(clip.Pixels()));
        Near(untrained.EncodeTexts(Ids()), saved.EncodeTexts(Ids()));
        Assert.False(untrained.EncodeImages(clip.Pixels()).allclose(saved.EncodeImages(clip.Pixels()), atol: 1e-3));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void A_model_is_saved_whole(bool isResNet, bool isTrained)
    {
        using var clip = new TinyOpenAiClip(isResNet);
        using var target = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var original = ClipModel.FromPretrained(clip.File, isTrained ? Training : null);
        if (isTrained)
        {
            Change(original.NamedParameters());
        }

        original.Save(target.Path);
        using var copy = ClipModel.FromPretrained(target.Path);
        Near(original.EncodeImages(clip.Pixels()), copy.EncodeImages(clip.Pixels()));
        Near(original.EncodeTexts(Ids()), copy.EncodeTexts(Ids()));
        Near(original.LogitScale, copy.LogitScale);
    }

    [Fact]
    public void A_folder_of_Hugging_Faces_form_is_saved_with_its_files()
    {
        using var clip = new TinyClip();
        clip.Write("vocab.json", "{}");
        using var target = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var trained = clip.Load(Training);
        Change(trained.NamedParameters());
        trained.Save(target.Path);
        using var copy = ClipModel.FromPretrained(target.Path);
        Near(trained.EncodeImages(TinyClip.Pixels(2)), copy.EncodeImages(TinyClip.Pixels(2)));
        Assert.Equal("{}", File.ReadAllText(target.File("vocab.json")));
    }

    [Fact]
    public void OpenAIs_order_of_steps_is_kept_in_the_captioners_own_description()
    {
        using var clip = new TinyOpenAiClip();
        using var target = new TemporaryFolder();
        using var original = clip.LoadEncoder();
        var description = new JsonObject { ["kind"] = "clip", ["path"] = "encoder" };
        ((ISavablePart)original).Save(target.Path, description);
        Assert.Equal("OpenAi", (string?)description["transform"]);
        using var copy = Create(description, target.Path);
        Assert.Equivalent(original.Preprocessor.Options, copy.Preprocessor.Options, strict: true);

        description["transform"] = "Mine";
        Assert.Contains("$.transform must be one of HuggingFace, OpenAi", Assert.Throws<CheckpointFormatException>(() => Create(description, target.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ModifiedResNet_in_a_captioners_folder_needs_no_word_on_the_order()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var target = new TemporaryFolder();
        using var original = clip.LoadEncoder();
        var description = new JsonObject { ["kind"] = "clip", ["path"] = "encoder" };
        ((ISavablePart)original).Save(target.Path, description);
        Assert.Equal(2, description.Count);
        using var copy = Create(description, target.Path);
        Assert.Equivalent(original.Preprocessor.Options, copy.Preprocessor.Options, strict: true);
    }

    [Fact]
    public void A_preprocessing_that_OpenCLIPs_file_has_no_form_for_is_not_saved()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var target = new TemporaryFolder();
        using var source = ClipSource.Open(clip.File);
        var preprocessor = new ImagePreprocessor(source.LoadPreprocessor().Options with { Normalize = false });
        using var encoder = ClipImageEncoder.Load(source, preprocessor, new());
        Assert.Contains("open_clip_config.json has no form", Assert.Throws<CaptioningException>(() => encoder.Save(target.Path)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target.Path));
    }

    [Fact]
    public void Other_weights_than_the_origins_are_saved_only_where_they_are_trained()
    {
        using var clip = new TinyOpenAiClip();
        using var target = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var source = ClipSource.Open(clip.File);
        using var tuned = new MemoryTensors("a test", [new("visual_projection.weight", ones(TinyOpenAiClip.Projection, 64).DetachFromDisposeScope())]);
        using (var packed = ClipImageEncoder.Load(source, source.LoadPreprocessor(), new(), trained: tuned))
        {
            Assert.Contains("ComputeOptions.Trainable", Assert.Throws<CaptioningException>(() => packed.Save(target.Path)).Message, StringComparison.Ordinal);
        }

        using var trainable = ClipImageEncoder.Load(source, source.LoadPreprocessor(), Training, trained: tuned);
        trainable.Save(target.Path);
        using var copy = ClipImageEncoder.FromPretrained(target.Path);
        var embeddings = copy.Encode(clip.Pixels());
        Assert.Equal(0, (embeddings - embeddings[.., 0..1]).abs().max().item<float>(), 1e-3);
        Near(trainable.Encode(clip.Pixels()), embeddings);
    }

    [Fact]
    public void A_source_that_is_gone_is_named()
    {
        using var target = new TemporaryFolder();
        var clip = new TinyOpenAiClip();
        using var encoder = clip.LoadEncoder();
        clip.Dispose();
        var error = Assert.Throws<CaptioningException>(() => encoder.Save(target.Path));
        Assert.Contains($"'{clip.File}', from which the model was loaded, is gone", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tensors_are_given_back(bool isResNet)
    {
        using var clip = new TinyOpenAiClip(isResNet);
        using var target = new TemporaryFolder();
        Use();
        var before = CountsTensors.Settled();
        Use();
        Assert.Equal(before, Tensor.TotalCount);

        void Use()
        {
            using var model = ClipModel.FromPretrained(clip.File, Training);
            model.Save(target.Path);
            ModelConversion.Convert(clip.File, target.Path);
        }
    }

    private static IImageEncoder Create(JsonObject description, string path) =>
        SavedParts.LoadEncoder(description, path);

    private static void Change(IEnumerable<KeyValuePair<string, Tensor>> parameters)
    {
        using var frozen = no_grad();
        foreach (var (_, weight) in parameters)
        {
            weight.mul_(1.25.ToScalar());
        }
    }

    private static void Near(Tensor expected, Tensor found) => Assert.True(found.allclose(expected, rtol: 1e-4, atol: 1e-4), $"{(found - expected).abs().max().item<float>()}");

    private static Tensor Ids() => tensor(new long[] { 28, 4, 9, 29, 0, 0, 28, 1, 29, 0, 0, 0 }, [2, 6]);
}
