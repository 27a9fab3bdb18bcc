using ClipGpt2.Captioning.Weights;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Saving a model whose folder has its weights in pickles only: none is written.</summary>
public sealed class PickledFolderCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PickledFolderCopyTests() => _folder.Write("model/config.json", """{"model_type":"gpt2"}""");

    public void Dispose() => _folder.Dispose();

    private string Source => _folder.File("model");

    private string Target => _folder.File("copy");

    [Fact]
    public void Pickled_weights_become_safetensors()
    {
        var storage = Storage("FloatStorage", "0", 6);
        Save("pytorch_model.bin", Dictionary(("w", Tensor(storage, 0, [3, 2], [1, 3])), ("b", Tensor(storage, 5, [1], [1]))));
        ModelFolderWriter.Copy(Source, Target);
        Assert.Equal(["config.json", "model.safetensors"], Names());
        using var copy = ModelFolder.Open(Target);
        var weights = Assert.IsType<SafetensorsFile>(copy.Weights);
        Assert.Equal("pt", weights.Metadata["format"]);
        using var w = weights.Read("w");
        using var b = weights.Read("b");
        Assert.Equal([0, 3, 1, 4, 2, 5], w.data<float>().ToArray());
        Assert.Equal([5], b.data<float>().ToArray());
    }

    [Fact]
    public void Shards_of_pickles_become_one_file()
    {
        Save("1.bin", Dictionary(("a", Tensor(Storage("FloatStorage", "0", 6), 1, [1], [1]))));
        Save("2.bin", Dictionary(("b", Tensor(Storage("FloatStorage", "0", 6), 2, [1], [1]))));
        _folder.Write("model/pytorch_model.bin.index.json", """{"weight_map":{"a":"1.bin","b":"2.bin"}}""");
        ModelFolderWriter.Copy(Source, Target);
        Assert.Equal(["config.json", "model.safetensors"], Names());
        using var copy = TensorFiles.Open(Target);
        Assert.Equal(["a", "b"], copy.Tensors.Keys.Order());
    }

    [Fact]
    public void Safetensors_that_are_not_the_models_weights_do_not_stand_in_for_them()
    {
        Save("pytorch_model.bin", Dictionary(("w", Tensor(Storage("FloatStorage", "0", 6), 0, [6], [1]))));
        _folder.Write("model/adapter.safetensors", "something else");
        ModelFolderWriter.Copy(Source, Target);
        using var copy = TensorFiles.Open(Target);
        Assert.Equal(["w"], copy.Tensors.Keys);
    }

    [Theory]
    [InlineData("ComplexDoubleStorage", 1, "'w' of")]
    [InlineData("UntypedStorage", 24, "no type for U16")]
    public void What_cannot_be_converted_is_a_clear_error_and_leaves_no_weights(string storage, int count, string said)
    {
        var tensor = storage == "UntypedStorage"
            ? Call("torch._utils", "_rebuild_tensor_v3", Storage(storage, "0", count), Int(0), Integers(1), Integers(1), "\u0089", EmptyOrderedDictionary, Global("torch", "uint16"))
            : Tensor(Storage(storage, "0", count), 0, [1], [1]);
        File.WriteAllBytes(Path.Combine(Source, "pytorch_model.bin"), TorchSaveArchive.Bytes(Dictionary(("w", tensor)) + ".", ("data/0", new byte[storage == "UntypedStorage" ? 24 : 16])));
        var error = Assert.Throws<CheckpointFormatException>(() => ModelFolderWriter.Copy(Source, Target));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Names(), name => name.Contains("safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_without_weights_is_a_clear_error() =>
        Assert.Contains("holds no weights", Assert.Throws<ModelNotFoundException>(() => ModelFolderWriter.Copy(Source, Target)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_model_that_is_saved_where_it_came_from_stays_as_it_is()
    {
        Save("pytorch_model.bin", Dictionary(("w", Tensor(Storage("FloatStorage", "0", 6), 0, [6], [1]))));
        ModelFolderWriter.Copy(Source, Source);
        Assert.Equal(["config.json", "pytorch_model.bin"], Directory.GetFiles(Source).Select(file => Path.GetFileName(file)).Order());
    }

    private IEnumerable<string> Names() => Directory.GetFiles(Target).Select(file => Path.GetFileName(file)!).Order();

    /// <summary>An archive whose storage "0" is six float32, 0 to 5.</summary>
    private void Save(string name, string code) =>
        File.WriteAllBytes(Path.Combine(Source, name), TorchSaveArchive.Bytes(code + ".", ("data/0", Pickled.BytesOf(0f, 1, 2, 3, 4, 5))));
}
