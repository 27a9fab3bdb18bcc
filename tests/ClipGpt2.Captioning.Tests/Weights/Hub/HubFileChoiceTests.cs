using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tests.Weights.Hub;

public sealed class HubFileChoiceTests
{
    [Theory]
    [InlineData("model.safetensors pytorch_model.bin", "model.safetensors")]
    [InlineData("pytorch_model.bin tf_model.h5 flax_model.msgpack", "pytorch_model.bin")]
    [InlineData(
        "model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json pytorch_model.bin model-fp16.safetensors",
        "model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json")]
    [InlineData(
        "pytorch_model-00001-of-00001.bin pytorch_model.bin.index.json model.ckpt.index",
        "pytorch_model-00001-of-00001.bin pytorch_model.bin.index.json")]
    [InlineData("onnx/model.safetensors rust_model.ot optimizer.pt scheduler.pt", "")]
    [InlineData(
        "README.md captioner.json decoder/vocab.json encoder/config.json encoder/model.safetensors notes/encoder/x projector.safetensors text_encoder/config.json",
        "decoder/vocab.json encoder/config.json encoder/model.safetensors projector.safetensors text_encoder/config.json captioner.json")]
    [InlineData("open_clip_config.json open_clip_model.safetensors open_clip_pytorch_model.bin README.md", "open_clip_model.safetensors open_clip_config.json")]
    [InlineData("open_clip_config.json open_clip_pytorch_model.bin tokenizer.json", "open_clip_pytorch_model.bin tokenizer.json open_clip_config.json")]
    [InlineData("open_clip_config.json open_clip_pytorch_model.bin config.json pytorch_model.bin", "pytorch_model.bin config.json")]
    [InlineData("coco_weights.pt conceptual_weights.pt sub/x_weights.pt README.md", "coco_weights.pt conceptual_weights.pt")]
    [InlineData("run-003.pt run_latest.pt run.json other.json", "run-003.pt run.json run_latest.pt")]
    [InlineData("coco_weights.pt pytorch_model.bin config.json", "pytorch_model.bin config.json")]
    [InlineData("tokenizer.json vocab.txt README.md training_args.bin", "tokenizer.json vocab.txt")]
    public void The_weights_are_taken_in_the_best_form_only(string all, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), HubFileChoice.Choose(all.Split(' '), new()));

    [Fact]
    public void The_configuration_comes_last() =>
        Assert.Equal(["a.md", "vocab.json", "config.json"], HubFileChoice.Choose(["config.json", "vocab.json", "a.md"], new() { AllFiles = true }));

    [Fact]
    public void Gits_hash_of_a_blob_is_gits()
    {
        // echo hello | git hash-object --stdin
        using var hash = ContentHash.Parse("\"ce013625030ba8dba906f756967f9e9ca394464a\"")!.Begin(6);
        hash.AppendData("hello\n"u8);
        Assert.Equal("ce013625030ba8dba906f756967f9e9ca394464a", Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"d41d8cd98f00b204e9800998ecf8427e\"")]
    [InlineData("\"d41d8cd98f00b204e9800998ecf8427e-16\"")]
    [InlineData("\"ce013625030ba8dba906f756967f9e9ca39446/a\"")]
    public void A_tag_that_is_no_hash_is_none(string? tag) => Assert.Null(ContentHash.Parse(tag));
}
