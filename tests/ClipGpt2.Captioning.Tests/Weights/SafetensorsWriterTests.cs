using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Weights;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_content_gives_equal_bytes_in_whatever_order_it_comes()
    {
        using var scope = torch.NewDisposeScope();
        KeyValuePair<string, torch.Tensor>[] tensors = [new("b", torch.ones(2)), new("a", torch.zeros(3)), new("c", torch.ones(1, torch.ScalarType.Byte))];
        KeyValuePair<string, string>[] metadata = [new("z", "1"), new("format", "pt")];
        SafetensorsWriter.Write(_folder.File("1"), tensors, metadata);
        SafetensorsWriter.Write(_folder.File("2"), tensors.Reverse(), metadata.Reverse());
        Assert.Equal(File.ReadAllBytes(_folder.File("1")), File.ReadAllBytes(_folder.File("2")));
    }

    [Fact]
    public void Floating_point_tensors_take_the_chosen_type_and_others_keep_theirs()
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(_folder.File("f"), [new("w", torch.ones(3)), new("ids", torch.arange(3))], floatingType: torch.ScalarType.Float16);
        using var file = SafetensorsFile.Open(_folder.File("f"));
        Assert.Equal("F16", file.Tensors["w"].DataType);
        Assert.Equal("I64", file.Tensors["ids"].DataType);
    }

    [Fact]
    public void Views_are_written_as_what_they_show()
    {
        using var scope = torch.NewDisposeScope();
        var view = torch.arange(6, torch.ScalarType.Float32).view(2, 3).t();
        SafetensorsWriter.Write(_folder.File("f"), [new("w", view)]);
        using var file = SafetensorsFile.Open(_folder.File("f"));
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Read("w").data<float>().ToArray());
    }

    [Fact]
    public void A_failure_leaves_the_old_file_and_no_other()
    {
        using var scope = torch.NewDisposeScope();
        var path = _folder.File("f");
        SafetensorsWriter.Write(path, [new("w", torch.ones(3))]);
        var before = File.ReadAllBytes(path);
        var disposed = torch.ones(3);
        disposed.Dispose();
        Assert.ThrowsAny<Exception>(() => SafetensorsWriter.Write(path, [new("w", disposed)]));
        Assert.Throws<CheckpointFormatException>(() => SafetensorsWriter.Write(path, [new("__metadata__", torch.ones(3))]));
        Assert.Throws<CheckpointFormatException>(() => SafetensorsWriter.Write(path, [new("w", torch.ones(3)), new("w", torch.ones(3))]));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_made_and_one_that_cannot_be_is_a_clear_error()
    {
        using var ones = torch.ones(1);
        var made = _folder.File("new/folder/w.safetensors");
        SafetensorsWriter.Write(made, [new("w", ones)]);
        Assert.True(File.Exists(made));

        var path = Path.Combine(made, "w.safetensors");
        var error = Assert.Throws<CaptioningException>(() => SafetensorsWriter.Write(path, [new("w", ones)]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }
}
