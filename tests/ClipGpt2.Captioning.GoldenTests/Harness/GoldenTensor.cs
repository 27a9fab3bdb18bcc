using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>A tensor of a golden file as plain memory: nothing of the library under test takes part in reading it.</summary>
public sealed record GoldenTensor(string Name, string DataType, long[] Shape, byte[] Data)
{
    public ReadOnlySpan<float> Floats => DataType == "F32" ? MemoryMarshal.Cast<byte, float>(Data) : throw Wrong("F32");

    public ReadOnlySpan<long> Longs => DataType == "I64" ? MemoryMarshal.Cast<byte, long>(Data) : throw Wrong("I64");

    public ReadOnlySpan<byte> Bytes => DataType == "U8" ? Data : throw Wrong("U8");

    /// <summary>Copies rows of the first dimension.</summary>
    public GoldenTensor Rows(IReadOnlyList<int> rows)
    {
        var size = Data.Length / (int)Shape[0];
        var data = new byte[size * rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            Data.AsSpan(rows[i] * size, size).CopyTo(data.AsSpan(i * size));
        }

        return this with { Shape = [rows.Count, .. Shape[1..]], Data = data };
    }

    /// <summary>The same tensor with its middle element clearly changed.</summary>
    public GoldenTensor Perturbed()
    {
        var data = Data.ToArray();
        var middle = data.Length / 2;
        switch (DataType)
        {
            case "F32":
                var floats = MemoryMarshal.Cast<byte, float>(data.AsSpan());
                ref var value = ref floats[floats.Length / 2];
                value = float.IsFinite(value) ? value + 1 + Math.Abs(value) : 0;
                break;
            case "I64":
                var longs = MemoryMarshal.Cast<byte, long>(data.AsSpan());
                longs[longs.Length / 2]++;
                break;
            default:
                data[middle] ^= 0x55;
                break;
        }

        return this with { Data = data };
    }

    private InvalidOperationException Wrong(string asked) => new($"'{Name}' is {DataType}, not {asked}.");
}
