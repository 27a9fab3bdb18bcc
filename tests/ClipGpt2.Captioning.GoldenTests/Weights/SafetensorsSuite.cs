using System.Diagnostics;
using System.Security.Cryptography;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Weights;

/// <summary>Sound, odd and broken safetensors files and sharded indexes.</summary>
public sealed class SafetensorsSuite : GoldenSuite
{
    private const long MostMemory = 200 << 20;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(1);

    /// <summary>What the message must say for each of the folder's reasons.</summary>
    private static readonly Dictionary<string, string> Said = new(StringComparer.Ordinal)
    {
        ["bad_header"] = "the header",
        ["header_too_long"] = "the header is too long",
        ["bad_offsets"] = "data offsets",
        ["truncated"] = "cut short",
        ["trailing_data"] = "trailing bytes",
        ["unknown_dtype"] = "unknown element type",
        ["shape_mismatch"] = "its shape",
        ["duplicate_key"] = "duplicate key",
        ["git_lfs_pointer"] = "Git LFS pointer",
        ["missing_shard"] = "missing shard",
        ["missing_tensor"] = "missing tensor",
        ["path_traversal"] = "traversal",
        ["bad_index"] = "weight_map",
    };

    internal static readonly IReadOnlyDictionary<string, string> StoredTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bool"] = "BOOL", ["uint8"] = "U8", ["int8"] = "I8", ["int16"] = "I16", ["uint16"] = "U16", ["int32"] = "I32", ["uint32"] = "U32",
        ["int64"] = "I64", ["uint64"] = "U64", ["float16"] = "F16", ["bfloat16"] = "BF16", ["float32"] = "F32", ["float64"] = "F64",
        ["float8_e4m3fn"] = "F8_E4M3", ["float8_e5m2"] = "F8_E5M2", ["complex64"] = "C64",
    };

    public override IReadOnlyList<string> Files => ["checkpoints/safetensors/safetensors.json"];

    public override void Check(GoldenCase golden)
    {
        var path = GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!);
        var outcome = golden.Expected["outcome"].Text();
        Assert.True(outcome is "load" or "refuse" or "load_or_refuse", $"Unknown outcome '{outcome}'.");
        var (source, refusal) = Open(path);
        using (source)
        {
            Assert.True(outcome != "load" || source is not null, refusal?.Message);
            Assert.True(outcome != "refuse" || source is null, "The file was loaded.");
            if (source is null)
            {
                CheckRefusal(golden.Expected.Find("reason"), refusal!, path);
            }
            else
            {
                CheckContent(golden.Expected, source, mayRefuseTensors: outcome == "load_or_refuse");
            }
        }
    }

    private static (ITensorSource? Source, CaptioningException? Refusal) Open(string path)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            return (TensorFiles.Open(path), null);
        }
        catch (CheckpointFormatException e)
        {
            return (null, e);
        }
        finally
        {
            Assert.True(clock.Elapsed < LongestTime, $"Opening took {clock.Elapsed}.");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MostMemory, "Opening took more than 200 MB.");
        }
    }

    private static void CheckRefusal(Tracked? reason, CaptioningException refusal, string path)
    {
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        if (reason is not null)
        {
            Assert.Contains(Said[reason.Text()], refusal.Message, StringComparison.Ordinal);
        }
    }

    private static void CheckContent(Tracked expected, ITensorSource source, bool mayRefuseTensors)
    {
        // The reason counts only if the file is refused.
        expected.Find("reason")?.Informational();
        if (expected.Find("tensors") is { } tensors)
        {
            Assert.Equal(tensors.Items().Count, source.Tensors.Count);
            foreach (var tensor in tensors.Items())
            {
                CheckTensor(tensor, source, mayRefuseTensors);
            }
        }

        if (expected.Find("metadata") is { } metadata)
        {
            var found = Assert.IsType<SafetensorsFile>(source).Metadata;
            Assert.Equal(metadata.Names.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
            Assert.All(metadata.Names, name => Assert.Equal(metadata[name].Text(), found[name]));
        }
    }

    private static void CheckTensor(Tracked expected, ITensorSource source, bool mayRefuse)
    {
        var name = expected["name"].Text();
        var info = Assert.Contains(name, source.Tensors);
        Assert.Equal(StoredTypes[expected["dtype"].Text()], info.DataType);
        Assert.Equal(expected["shape"].Integers().Select(size => (long)size), info.Shape);
        var stored = RawBytes(source, name);
        Assert.Equal(expected["sha256"].Text(), Convert.ToHexStringLower(SHA256.HashData(stored)));
        if (expected.Find("hex") is { } hex)
        {
            Assert.Equal(hex.Text(), Convert.ToHexStringLower(stored));
        }

        try
        {
            using var tensor = source.Read(name);
            Assert.Equal(info.Shape, tensor.shape);
            Assert.Equal(stored, tensor.bytes.ToArray());
            if (expected.Find("sum") is { } sum)
            {
                using var total = tensor.to_type(torch.ScalarType.Float64).sum();
                Near(sum.Number(), total.ToDouble());
            }
        }
        catch (CheckpointFormatException refusal) when (mayRefuse)
        {
            Assert.Contains($"'{name}' is {info.DataType}", refusal.Message, StringComparison.Ordinal);
            expected.Find("sum")?.Informational();
        }
    }

    private static byte[] RawBytes(ITensorSource source, string name)
    {
        var file = source as SafetensorsFile ?? ((ShardedTensors)source).Shards.Values.Cast<SafetensorsFile>().Single(shard => shard.Tensors.ContainsKey(name));
        using var bytes = new MemoryStream();
        file.CopyBytes(name, bytes);
        return bytes.ToArray();
    }

    /// <summary>Equal but for the order of a sum in double precision.</summary>
    private static void Near(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected), $"{actual} is not {expected}.");
}
