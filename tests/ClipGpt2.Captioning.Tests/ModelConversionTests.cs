using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Encoders;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests;

public sealed class ModelConversionTests
{
    private static readonly string Gpt2 = Path.Combine(SampleCaptioner.Folder, "decoder");

    [Theory]
    [InlineData(false, true, "CLIPModel")]
    [InlineData(false, false, "CLIPVisionModelWithProjection")]
    [InlineData(true, true, "CLIP")]
    public void A_CLIP_of_OpenAIs_form_becomes_a_folder(bool isResNet, bool hasText, string written)
    {
        using var clip = new TinyOpenAiClip(isResNet, hasText: hasText);
        using var target = new TemporaryFolder();
        Assert.Equal(written, ModelConversion.Convert(clip.File, target.Path, new ModelConversionOptions { TokenizerFolder = Gpt2 }));
        Assert.True(File.Exists(target.File("vocab.json")));
        using var weights = TensorFiles.Open(Directory.GetFiles(target.Path, "*.safetensors").Single());
        Assert.DoesNotContain(weights.Tensors.Values, tensor => tensor.DataType == "F16");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_conversion_that_ends_early_leaves_nothing_half(bool isClip)
    {
        using var clip = new TinyOpenAiClip();
        using var folder = new TemporaryFolder();
        var source = isClip ? clip.File : Gpt2;
        var ended = new CancellationToken(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => ModelConversion.Convert(source, folder.File("out"), token: ended));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));

        folder.Write("out/config.json", "before");
        Assert.ThrowsAny<OperationCanceledException>(() => ModelConversion.Convert(source, folder.File("out"), token: ended));
        Assert.Equal([folder.File("out/config.json")], Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal("before", File.ReadAllText(folder.File("out/config.json")));

        // What a killed process left is no hindrance.
        folder.Write("out.incomplete/rest", "x");
        ModelConversion.Convert(source, folder.File("out"));
        Assert.True(File.Exists(folder.File("out/model.safetensors")));
        Assert.NotEqual("before", File.ReadAllText(folder.File("out/config.json")));
        Assert.Equal([folder.File("out")], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_folder_is_not_written_over_a_file()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<CaptioningException>(() => ModelConversion.Convert(Gpt2, folder.Write("out", "x")));
        Assert.Contains("a file of that name is there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_are_stored_in_the_type_that_is_asked_for_and_the_configuration_says_so()
    {
        using var clip = new TinyOpenAiClip();
        using var target = new TemporaryFolder();
        ModelConversion.Convert(clip.File, target.Path, new ModelConversionOptions { FloatingType = ScalarType.Float16 });
        using var weights = TensorFiles.Open(target.Path);
        Assert.All(weights.Tensors.Values, tensor => Assert.Equal("F16", tensor.DataType));
        Assert.Equal("float16", (string?)Config(target)["torch_dtype"]);
        Assert.Equal("CLIPModel", (string?)Config(target)["architectures"]![0]);
    }

    [Fact]
    public void Weights_that_the_form_has_no_place_for_are_refused()
    {
        using var clip = new TinyOpenAiClip(change: shapes => shapes.Add(("visual.transformer.resblocks.0.ls_1.gamma", [64])));
        using var target = new TemporaryFolder();
        var error = Assert.Throws<CheckpointFormatException>(() => ModelConversion.Convert(clip.File, target.Path));
        Assert.Contains("no names for: 'visual.transformer.resblocks.0.ls_1.gamma'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target.Path));
    }

    [Fact]
    public void A_bare_GPT2_with_masks_and_a_repeated_head_becomes_a_plain_one()
    {
        using var bare = BareGpt2();
        using var target = new TemporaryFolder();
        Assert.Equal("GPT2LMHeadModel", ModelConversion.Convert(bare.Path, target.Path, new ModelConversionOptions { FloatingType = ScalarType.BFloat16 }));
        using var weights = TensorFiles.Open(target.Path);
        using var expected = TensorFiles.Open(Gpt2);
        Assert.Equal(expected.Tensors.Keys.Order(StringComparer.Ordinal), weights.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.All(weights.Tensors.Values, tensor => Assert.Equal("BF16", tensor.DataType));
        Assert.Equal(File.ReadAllBytes(Path.Combine(Gpt2, "vocab.json")), File.ReadAllBytes(target.File("vocab.json")));
        Assert.Equal("bfloat16", (string?)Config(target)["torch_dtype"]);
    }

    [Fact]
    public void A_trained_decoder_from_a_bare_GPT2_is_saved_without_the_old_weights()
    {
        using var bare = BareGpt2();
        using var target = new TemporaryFolder();
        using var folder = ModelFolder.Open(bare.Path);
        using var decoder = Gpt2CaptionDecoder.Load(folder, new ComputeOptions { Trainable = true });
        using (no_grad())
        {
            decoder.NamedParameters().First(p => p.Key == "transformer.wpe.weight").Value.fill_(0.5.ToScalar());
        }

        decoder.Save(target.Path);
        using var copy = ModelFolder.Open(target.Path);
        using var scope = NewDisposeScope();
        Assert.DoesNotContain("wpe.weight", copy.Weights.Tensors.Keys);
        Assert.Equal(0.5f, copy.Weights.Read("transformer.wpe.weight").max().item<float>());
        Gpt2Model.Load(copy).Dispose();
    }

    [Fact]
    public void A_model_of_an_unknown_kind_is_refused_by_its_field()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"model_type": "llama"}""");
        var error = Assert.Throws<CheckpointFormatException>(() => ModelConversion.Convert(folder.Path, folder.File("out")));
        Assert.Contains("$.model_type is 'llama', and must be one of clip, ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_are_all_named()
    {
        var options = new ModelConversionOptions { FloatingType = ScalarType.Int8, TokenizerFolder = "no/such" };
        var error = Assert.Throws<CaptioningException>(() => ModelConversion.Convert("x", "y", options));
        Assert.Contains("FloatingType is Int8", error.Message, StringComparison.Ordinal);
        Assert.Contains("'no/such'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_conversion_leaves_no_weights()
    {
        using var clip = new TinyOpenAiClip();
        using var target = new TemporaryFolder();
        Assert.Throws<OperationCanceledException>(() => ModelConversion.Convert(clip.File, target.Path, token: new CancellationToken(canceled: true)));
        Assert.All(Directory.GetFiles(target.Path), file => Assert.EndsWith(".json", file, StringComparison.Ordinal));
    }

    [Fact]
    public void A_source_that_is_not_there_is_not_found() =>
        Assert.Throws<ModelNotFoundException>(() => ModelConversion.Convert("no/such-model", "out", new ModelConversionOptions { ModelSearch = new() { CacheFolder = "nowhere" } }));

    private static JsonObject Config(TemporaryFolder folder) => JsonNode.Parse(File.ReadAllText(folder.File("config.json")))!.AsObject();

    /// <summary>The sample's decoder as the hub has GPT-2: bare names, and the masks and the repeated head of old versions.</summary>
    private static TemporaryFolder BareGpt2()
    {
        var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Gpt2).Where(file => Path.GetExtension(file) is ".json" or ".txt"))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        using var scope = NewDisposeScope();
        using var weights = TensorFiles.Open(Gpt2);
        var tensors = weights.Tensors.Keys.ToDictionary(name => name["transformer.".Length..], weights.Read);
        tensors["h.0.attn.bias"] = ones(1, 1, 4, 4);
        tensors["lm_head.weight"] = tensors["wte.weight"];
        SafetensorsWriter.Write(folder.File("model.safetensors"), tensors);
        return folder;
    }
}
