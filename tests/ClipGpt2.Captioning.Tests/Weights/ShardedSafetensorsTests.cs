using System.Text.Json;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Weights;

public sealed class ShardedSafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../secret.safetensors")]
    [InlineData("sub/shard.safetensors")]
    [InlineData("..\\secret.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("C:secret.safetensors")]
    [InlineData("shard\0.safetensors")]
    public void A_shard_must_be_a_plain_file_name(string shard)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => Open(new() { ["w"] = shard }));
        Assert.Contains("traversal", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_index_decides_which_tensors_there_are()
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(_folder.File("1.safetensors"), [new("a", torch.ones(1)), new("extra", torch.ones(1))]);
        SafetensorsWriter.Write(_folder.File("2.safetensors"), [new("b", torch.ones(1) * 2)]);
        using var sharded = Open(new() { ["a"] = "1.safetensors", ["b"] = "2.safetensors" });
        Assert.Equal(["a", "b"], sharded.Tensors.Keys.Order());
        Assert.Equal(2, sharded.Read("b").ToDouble());
        Assert.Throws<CheckpointFormatException>(() => sharded.Read("extra"));
    }

    [Fact]
    public void A_damaged_shard_is_named()
    {
        _folder.Write("1.safetensors", "not one");
        var error = Assert.Throws<CheckpointFormatException>(() => Open(new() { ["a"] = "1.safetensors" }));
        Assert.Contains(_folder.File("1.safetensors"), error.Message, StringComparison.Ordinal);
    }

    private ITensorSource Open(Dictionary<string, string> map) =>
        TensorFiles.Open(_folder.Write("model.safetensors.index.json", JsonSerializer.Serialize(new { weight_map = map })));
}
