using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using TorchSharp;
using static ClipGpt2.Captioning.Tests.Weights.PyTorch.PickleCode;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

[Collection(nameof(CountsTensors))]
public sealed class PyTorchTensorCountTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Opening_reading_and_failing_leave_no_tensor_behind()
    {
        var storage = Storage("FloatStorage", "0", 6);
        var views = Dictionary(("w", Tensor(storage, 0, [2, 3], [3, 1])), ("t", Tensor(storage, 0, [3, 2], [1, 3])), ("b", Tensor(Storage("BoolStorage", "1", 2), 0, [2], [1])));
        var path = Save("model.pt", views);
        var swapped = Save("swapped.pt", views, ("byteorder", Bytes("big")));
        var evil = Save("evil.pt", $"({views}{Global("os", "system")}t");
        var none = Save("none.pt", "N");
        var before = CountsTensors.Settled();
        foreach (var file in new[] { path, swapped })
        {
            using var source = TensorFiles.Open(file);
            foreach (var name in source.Tensors.Keys)
            {
                source.Read(name).Dispose();
            }
        }

        Assert.Throws<UnsafeCheckpointException>(() => TensorFiles.Open(evil));
        Assert.Throws<CheckpointFormatException>(() => TensorFiles.Open(none));
        using (var file = PyTorchFile.Open(path))
        {
            file.Root["t"].AsTensor().Dispose();
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private string Save(string name, string code, params ReadOnlySpan<(string Name, byte[] Bytes)> others)
    {
        File.WriteAllBytes(_folder.File(name), TorchSaveArchive.Bytes(code + ".", [("data/0", new byte[24]), ("data/1", new byte[2]), .. others]));
        return _folder.File(name);
    }
}
