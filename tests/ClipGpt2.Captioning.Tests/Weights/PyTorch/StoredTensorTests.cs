using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using TorchSharp;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Tensors as views of their storages: six float32, 0 to 5.</summary>
public sealed class StoredTensorTests : IDisposable
{
    private static readonly byte[] Six = Pickled.BytesOf(0f, 1, 2, 3, 4, 5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Views_are_read_as_what_they_show()
    {
        Assert.Equal([0, 1, 2, 3, 4, 5], Pickled.Elements<float>(View(0, [2, 3], [3, 1]), 2, 3));
        Assert.Equal([0, 3, 1, 4, 2, 5], Pickled.Elements<float>(View(0, [3, 2], [1, 3]), 3, 2));
        Assert.Equal([2, 3], Pickled.Elements<float>(View(2, [2], [1]), 2));
        Assert.Equal([1, 3, 5], Pickled.Elements<float>(View(1, [3], [2]), 3));
        Assert.Equal([4, 4, 4], Pickled.Elements<float>(View(4, [3], [0]), 3));
        Assert.Equal([5], Pickled.Elements<float>(View(5, [], [])));
        Assert.Equal([], Pickled.Elements<float>(View(0, [2, 0], [1, 1]), 2, 0));
        Assert.Equal([3, 4, 5], Pickled.Elements<float>(View(3, [1, 3], [100, 1]), 1, 3));
    }

    [Fact]
    public void Tensors_of_one_storage_share_its_bytes_in_the_file()
    {
        var storage = Storage("FloatStorage", "0", 6);
        using var file = Open(Dictionary(("whole", Tensor(storage, 0, [6], [1])), ("part", Tensor(storage, 4, [2], [1]))), ("data/0", Six));
        Assert.Same(file.Stored["whole"].Storage, file.Stored["part"].Storage);
        Assert.Equal(24, file.Tensors["whole"].ByteLength);
        Assert.Equal(8, file.Tensors["part"].ByteLength);
    }

    [Fact]
    public void A_tensor_outlives_its_file_and_writing_to_it_changes_no_file()
    {
        torch.Tensor tensor;
        byte[] before;
        using (var file = Open(Dictionary(("w", Tensor(Storage("FloatStorage", "0", 6), 0, [6], [1]))), ("data/0", Six)))
        {
            before = File.ReadAllBytes(file.Location);
            tensor = file.Read("w");
        }

        using (tensor)
        {
            tensor.add_(1);
            Assert.Equal(21, tensor.sum().ToDouble());
        }

        Assert.Equal(before, File.ReadAllBytes(_folder.File("model.pt")));
    }

    [Theory]
    [InlineData(6, 1, 1, "out of bounds")]
    [InlineData(0, 7, 1, "out of bounds")]
    [InlineData(0, 3, 3, "out of bounds")]
    [InlineData(-1, 1, 1, "none may be negative")]
    [InlineData(0, -1, 1, "none may be negative")]
    [InlineData(0, 2, -1, "none may be negative")]
    [InlineData(0, 2, long.MaxValue, "out of bounds")]
    [InlineData(long.MaxValue, 2, long.MaxValue, "out of bounds")]
    [InlineData(0, long.MaxValue, 0, "overflow")]
    [InlineData(0, 1L << 40, 0, "implausible size")]
    public void A_view_beyond_its_storage_is_refused(long offset, long size, long stride, string said)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => View(offset, [size], [stride]));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains($"[{size}]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shape_and_strides_need_one_rank_that_tensors_can_have()
    {
        Assert.Contains("same rank", Assert.Throws<CheckpointFormatException>(() => View(0, [2, 3], [1])).Message, StringComparison.Ordinal);
        var ones = Enumerable.Repeat(1L, 65);
        Assert.Contains("up to 64", Assert.Throws<CheckpointFormatException>(() => View(0, ones, ones)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_big_endian_file_gives_the_same_numbers()
    {
        byte[] swapped = [.. Six.Chunk(sizeof(float)).SelectMany(number => number.Reverse())];
        var code = Tensor(Storage("FloatStorage", "0", 6), 0, [6], [1]) + ".";
        Assert.Equal([0, 1, 2, 3, 4, 5], Pickled.Elements<float>(Pickled.Load(TorchSaveArchive.Bytes(code, ("data/0", swapped), ("byteorder", Bytes("big")))), 6));
        var legacy = LegacyCode.Stream(Tensor(LegacyCode.Storage("0", 6), 0, [6], [1]), isLittleEndian: false, ("0", swapped));
        Assert.Equal([0, 1, 2, 3, 4, 5], Pickled.Elements<float>(Pickled.Load(legacy), 6));
    }

    [Fact]
    public void A_tensor_of_a_type_that_libtorch_lacks_is_named_when_it_is_read()
    {
        var tensor = Call("torch._utils", "_rebuild_tensor_v3", Storage("UntypedStorage", "0", 4), Int(0), Integers(2), Integers(1), "\u0089", EmptyOrderedDictionary, Global("torch", "uint16"));
        using var file = Open(Dictionary(("odd", tensor)), ("data/0", new byte[4]));
        Assert.Equal("U16", file.Tensors["odd"].DataType);
        Assert.Contains("'odd' is U16", Assert.Throws<CheckpointFormatException>(() => file.Read("odd")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_byte_but_0_is_true()
    {
        var code = Tensor(Storage("BoolStorage", "0", 3), 0, [3], [1]) + ".";
        Assert.Equal<byte>([1, 0, 1], Pickled.Elements<byte>(Pickled.Load(TorchSaveArchive.Bytes(code, ("data/0", [2, 0, 255]))), 3));
    }

    [Fact]
    public void A_tensor_that_is_not_there_is_a_clear_error()
    {
        using var file = Open("N");
        Assert.Contains("no tensor 'w'", Assert.Throws<CheckpointFormatException>(() => file.Read("w")).Message, StringComparison.Ordinal);
        Assert.Contains("must be a tensor, and is None", Assert.Throws<CheckpointFormatException>(() => file.Root.AsTensor()).Message, StringComparison.Ordinal);
    }

    private static PyTorchValue View(long offset, IEnumerable<long> shape, IEnumerable<long> strides) =>
        Pickled.Load(TorchSaveArchive.Bytes(Tensor(Storage("FloatStorage", "0", 6), offset, shape, strides) + ".", ("data/0", Six)));

    private PyTorchFile Open(string code, params ReadOnlySpan<(string Name, byte[] Bytes)> members)
    {
        File.WriteAllBytes(_folder.File("model.pt"), TorchSaveArchive.Bytes(code + ".", members));
        return PyTorchFile.Open(_folder.File("model.pt"));
    }
}
