using System.Buffers.Binary;
using System.Text;
using ClipGpt2.Captioning.Weights;
using CsCheck;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private static readonly torch.ScalarType[] Types =
    [
        torch.ScalarType.Float32, torch.ScalarType.Float16, torch.ScalarType.BFloat16, torch.ScalarType.Float64,
        torch.ScalarType.Int64, torch.ScalarType.Byte, torch.ScalarType.Bool,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_again()
    {
        var shapes = Gen.Long[0, 4].Array[0, 4];
        var types = Gen.Int[0, Types.Length - 1].Select(i => Types[i]);
        Gen.Dictionary(Gen.String[0, 12], Gen.Select(shapes, types))[0, 6].Sample(content =>
        {
            using var scope = torch.NewDisposeScope();
            var tensors = content.ToDictionary(c => c.Key, c => (torch.randn(c.Value.Item1) * 3).to_type(c.Value.Item2));
            var path = _folder.File(Guid.NewGuid() + ".safetensors");
            SafetensorsWriter.Write(path, tensors);
            using var file = SafetensorsFile.Open(path);
            Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
            Assert.All(tensors, t =>
            {
                var read = file.Read(t.Key);
                Assert.Equal(t.Value.dtype, read.dtype);
                Assert.Equal(t.Value.shape, read.shape);
                Assert.Equal(t.Value.bytes.ToArray(), read.bytes.ToArray());
            });
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void Metadata_of_null_are_none()
    {
        var header = """{"__metadata__":null,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8;
        File.WriteAllBytes(_folder.File("null.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes(2f)]);
        using var file = SafetensorsFile.Open(_folder.File("null.safetensors"));
        Assert.Empty(file.Metadata);
        using var read = file.Read("a");
        Assert.Equal(2f, read.item<float>());
    }

    [Fact]
    public void A_damaged_file_is_either_sound_or_refused()
    {
        var path = _folder.File("whole.safetensors");
        using (var ones = torch.ones(2, 3))
        {
            SafetensorsWriter.Write(path, new Dictionary<string, torch.Tensor> { ["a"] = ones, ["b"] = ones }, new Dictionary<string, string> { ["k"] = "v" });
        }

        var whole = File.ReadAllBytes(path);
        var damaged = _folder.File("damaged.safetensors");
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, value, length) =>
        {
            var bytes = whole.ToArray();
            bytes[at] = value;
            File.WriteAllBytes(damaged, length % 2 == 0 ? bytes : bytes[..length]);
            try
            {
                using var file = SafetensorsFile.Open(damaged);
                foreach (var name in file.Tensors.Keys)
                {
                    file.Read(name).Dispose();
                }
            }
            catch (CheckpointFormatException e)
            {
                Assert.Contains(damaged, e.Message, StringComparison.Ordinal);
            }
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void A_file_beyond_4_GB_is_read_by_64_bit_offsets()
    {
        const long Long = (4L << 30) + 4096;
        var path = Raw($$"""{"big":{"dtype":"U8","shape":[{{Long}}],"data_offsets":[0,{{Long}}]},"last":{"dtype":"F32","shape":[2],"data_offsets":[{{Long}},{{Long + 8}}]} }""", Long + 8, sparse =>
        {
            sparse.Seek(-8, SeekOrigin.End);
            sparse.Write([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
        });
        using var file = SafetensorsFile.Open(path);
        using var last = file.Read("last");
        Assert.Equal([1f, 2f], last.data<float>().ToArray());
        using var big = file.Read("big");
        Assert.Equal([Long], big.shape);
        Assert.Equal(0, big[Long - 1].ToInt32());
    }

    [Fact]
    public void A_tensor_outlives_its_file_and_writing_to_it_changes_no_file()
    {
        var path = _folder.File("w.safetensors");
        using (var ones = torch.ones(1000))
        {
            SafetensorsWriter.Write(path, [new("w", ones)]);
        }

        var before = File.ReadAllBytes(path);
        torch.Tensor tensor;
        using (var file = SafetensorsFile.Open(path))
        {
            tensor = file.Read("w");
            using var again = file.Read("w");
            tensor.mul_(3);
        }

        using (tensor)
        {
            Assert.Equal(3000, tensor.sum().ToDouble());
        }

        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_that_is_replaced_while_it_is_open_stays_the_one_that_was_checked()
    {
        var path = _folder.File("w.safetensors");
        using var ones = torch.ones(10);
        using var twos = ones * 2;
        SafetensorsWriter.Write(path, [new("w", ones)]);
        using var file = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, [new("w", twos)]);
        using var read = file.Read("w");
        Assert.Equal(OperatingSystem.IsWindows() ? 20 : 10, read.sum().ToDouble());
    }

    [Theory]
    [InlineData("no/such.safetensors")]
    [InlineData("")]
    [InlineData("bad\0name")]
    public void A_path_that_leads_nowhere_is_a_clear_error(string path)
    {
        var error = Assert.ThrowsAny<CaptioningException>(() => SafetensorsFile.Open(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_a_clear_error() =>
        Assert.ThrowsAny<CaptioningException>(() => SafetensorsFile.Open(_folder.Path));

    [Fact]
    public void Huge_shapes_of_no_elements_are_refused_not_multiplied() =>
        Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(Raw("""{"x":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}""", 0)));

    private string Raw(string header, long dataLength, Action<FileStream>? write = null)
    {
        var path = _folder.File("raw.safetensors");
        using var stream = new FileStream(path, FileMode.Create);
        var json = Encoding.UTF8.GetBytes(header + new string(' ', 7 - ((header.Length + 7) % 8)));
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        stream.Write(length);
        stream.Write(json);
        stream.SetLength(stream.Length + dataLength);
        write?.Invoke(stream);
        return path;
    }
}
