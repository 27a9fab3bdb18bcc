using System.Text.Json;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using TorchSharp;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>PyTorch's files where weights are opened: as files, shards and in model folders.</summary>
public sealed class PyTorchWeightsTests : IDisposable
{
    private static readonly string One = Tensor(Storage("FloatStorage", "0", 1), 0, [1], [1]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.bin")]
    [InlineData("model.pt")]
    [InlineData("model.PTH")]
    [InlineData("model.pkl")]
    [InlineData("model.ckpt")]
    public void A_file_is_PyTorchs_by_its_ending(string name)
    {
        using var source = TensorFiles.Open(Save(name, Dictionary(("w", One))));
        Assert.Equal(["w"], source.Tensors.Keys);
        Assert.Equal("F32", source.Tensors["w"].DataType);
        Assert.Equal([1], source.Tensors["w"].Shape);
        Assert.Equal(4, source.Tensors["w"].ByteLength);
        using var read = source.Read("w");
        Assert.Equal(3, read.ToDouble());
    }

    [Fact]
    public void Any_other_ending_is_taken_for_safetensors()
    {
        var error = Assert.Throws<CheckpointFormatException>(() => TensorFiles.Open(Save("model.weights", Dictionary(("w", One)))));
        Assert.Contains("header of a PyTorch file", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caption_model_state_dict")]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model_state")]
    [InlineData("model")]
    [InlineData("module")]
    public void The_weights_are_found_beside_an_optimizer(string key)
    {
        var code = Dictionary(("epoch", Int(3)), ("optimizer", Dictionary(("state", Dictionary(("0", One))))), (key, Dictionary(("a.w", One))));
        using var file = PyTorchFile.Open(Save("run.pt", code));
        Assert.Equal(["a.w"], file.StateDict().Tensors.Keys);
        Assert.Equal(["optimizer.state.0", key + ".a.w"], file.Tensors.Keys);
        Assert.Equal(["0"], file.TensorsOf(file.Root["optimizer"]["state"]).Tensors.Keys);
        Assert.Equal(3, file.Root["epoch"].AsInteger());
    }

    [Fact]
    public void What_parallel_training_puts_before_every_name_is_cut_off()
    {
        using var parallel = TensorFiles.Open(Save("parallel.pt", Dictionary(("module.a", One), ("module.b", One))));
        Assert.Equal(["a", "b"], parallel.Tensors.Keys);
        using var plain = TensorFiles.Open(Save("plain.pt", Dictionary(("module.a", One), ("b", One))));
        Assert.Equal(["module.a", "b"], plain.Tensors.Keys);
    }

    [Fact]
    public void A_file_without_weights_says_what_it_holds_instead()
    {
        AssertRefused(Dictionary(("epoch", Int(3))), "holds no state dict: a dict");
        AssertRefused("]", "holds no state dict: a list");
        AssertRefused(Dictionary(("state_dict", Int(3))), "'state_dict' isn't a state dict");
        AssertRefused(Dictionary(("state_dict", Dictionary(("w", One), ("n", Int(3))))), "'state_dict' isn't a state dict");
    }

    [Fact]
    public void A_TorchScript_module_gives_its_attributes()
    {
        const string Module = "c__torch__.clip.model\n";
        var visual = $"{Module}VisionTransformer\n)\u0081{Dictionary(("proj", One), ("input_resolution", Int(224)))}b";
        var path = _folder.File("script.pt");
        File.WriteAllBytes(path, TorchSaveArchive.Bytes(
            $"{Module}CLIP\n)\u0081{Dictionary(("training", "\u0089"), ("visual", visual), ("logit_scale", One))}b.",
            ("data/0", Pickled.BytesOf(3f)), ("constants.pkl", Bytes(").")), ("code/__torch__/clip/model.py", Bytes("raise SystemExit"))));
        using var source = TensorFiles.Open(path);
        Assert.Equal(["visual.proj", "logit_scale"], source.Tensors.Keys);
        using var file = PyTorchFile.Open(path);
        Assert.Equal(224, file.Root["visual"]["input_resolution"].AsInteger());
    }

    [Fact]
    public void A_folders_safetensors_come_before_its_pickle()
    {
        _folder.Write("config.json", "{}");
        Save("pytorch_model.bin", Dictionary(("pickled", One)));
        using (var model = ModelFolder.Open(_folder.Path))
        {
            Assert.Equal(["pickled"], model.Weights.Tensors.Keys);
        }

        using var ones = torch.ones(1);
        SafetensorsWriter.Write(_folder.File("model.safetensors"), [new("safe", ones)]);
        using var both = ModelFolder.Open(_folder.Path);
        Assert.Equal(["safe"], both.Weights.Tensors.Keys);
    }

    [Fact]
    public void Shards_of_pickles_are_read_by_their_index()
    {
        Save("pytorch_model-00001-of-00002.bin", Dictionary(("a", One), ("extra", One)));
        Save("pytorch_model-00002-of-00002.bin", Dictionary(("b", One)));
        WriteIndex(new() { ["a"] = "pytorch_model-00001-of-00002.bin", ["b"] = "pytorch_model-00002-of-00002.bin" });
        using var source = TensorFiles.Open(_folder.Path);
        Assert.Equal(["a", "b"], source.Tensors.Keys);
        using var read = source.Read("b");
        Assert.Equal(3, read.ToDouble());
    }

    [Fact]
    public void A_shard_that_asks_for_more_than_data_is_named()
    {
        Save("evil.bin", Global("os", "system"));
        WriteIndex(new() { ["a"] = "evil.bin" });
        var error = Assert.Throws<UnsafeCheckpointException>(() => TensorFiles.Open(_folder.Path));
        Assert.Contains(_folder.File("evil.bin"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_of_many_tensors_is_read_at_once_and_of_a_name_that_is_there_twice_the_last_counts()
    {
        Save("1.bin", Dictionary(Enumerable.Range(0, 20_000).Select(i => ($"t{i}", One))));
        var entries = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"t{i}\":\"1.bin\""));
        Save("2.bin", Dictionary(("t0", One)));
        var index = _folder.Write("pytorch_model.bin.index.json", $$$"""{"weight_map":{{{{entries}}},"t0":"2.bin"}}""");
        using var source = (ShardedTensors)TensorFiles.Open(index);
        Assert.Equal(20_000, source.Tensors.Count);
        Assert.Equal(["1.bin", "2.bin"], source.Shards.Keys);
    }

    [Theory]
    [InlineData("no/such.pt")]
    [InlineData("")]
    [InlineData("bad\0name.pt")]
    public void A_path_that_leads_nowhere_is_a_clear_error(string path) =>
        Assert.Contains(path, Assert.ThrowsAny<CaptioningException>(() => PyTorchFile.Open(path)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_of_another_form_is_named_for_what_it_is()
    {
        AssertBytesRefused([], "cut short");
        AssertBytesRefused("version https://git-lfs.github.com/spec/v1\noid sha256:0"u8.ToArray(), "Git LFS pointer");
        AssertBytesRefused("<!DOCTYPE html>"u8.ToArray(), "isn't a pickle");
        Assert.ThrowsAny<CaptioningException>(() => PyTorchFile.Open(_folder.Path));
    }

    private void AssertRefused(string code, string said) =>
        Assert.Contains(said, Assert.Throws<CheckpointFormatException>(() => TensorFiles.Open(Save("other.pt", code))).Message, StringComparison.Ordinal);

    private void AssertBytesRefused(byte[] bytes, string said)
    {
        var path = _folder.File("other.bin");
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<CheckpointFormatException>(() => TensorFiles.Open(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private void WriteIndex(Dictionary<string, string> map) => _folder.Write("pytorch_model.bin.index.json", JsonSerializer.Serialize(new { weight_map = map }));

    /// <summary>An archive of a value whose storage "0" is one float32, 3.</summary>
    private string Save(string name, string code)
    {
        File.WriteAllBytes(_folder.File(name), TorchSaveArchive.Bytes(code + ".", ("data/0", Pickled.BytesOf(3f))));
        return _folder.File(name);
    }
}
