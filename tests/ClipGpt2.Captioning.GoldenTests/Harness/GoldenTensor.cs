using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>A tensor of a golden file as plain memory: nothing of the library under test takes part in reading it.</summary>
public sealed record GoldenTensor(string Name, string DataType, long[] Shape, byte[] Data)
{
    public ReadOnlySpan<float> Floats => DataType == "F32" ? MemoryMarshal.Cast<byte, float>(Data) : throw Wrong("F32");

    public ReadOnlySpan<long> Longs => DataType == "I64" ? MemoryMarshal.Cast<byte, long>(Data) : throw Wrong("I64");

    public ReadOnlySpan<byte> Bytes => DataType == "U8" ? Data : throw Wrong("U8");

    /// <summary>A row of other content than a given one's; null if all are alike.</summary>
    public int? OtherRow(int row)
    {
        var size = Data.Length / (int)Shape[0];
        return Enumerable.Range(0, (int)Shape[0]).Cast<int?>().FirstOrDefault(other => !Data.AsSpan(other!.Value * size, size).SequenceEqual(Data.AsSpan(row * size, size)));
    }

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

    /// <summary>The same tensor with one element clearly changed: the one in the middle of those that count.</summary>
    /// <param name="counts">Which elements are compared; null for all.</param>
    public GoldenTensor Perturbed(Func<int, bool>? counts = null)
    {
        var data = Data.ToArray();
        var elements = data.Length / ElementSize;
        var compared = counts is null ? elements : Enumerable.Range(0, elements).Count(counts);
        var chosen = counts is null ? elements / 2 : Enumerable.Range(0, elements).Where(counts).ElementAt(compared / 2);
        switch (DataType)
        {
            case "F32":
                ref var value = ref MemoryMarshal.Cast<byte, float>(data.AsSpan())[chosen];
                value = float.IsFinite(value) ? value + 1 + Math.Abs(value) : 0;
                break;
            case "I64":
                MemoryMarshal.Cast<byte, long>(data.AsSpan())[chosen]++;
                break;
            default:
                data[chosen * ElementSize] ^= 0x55;
                break;
        }

        return this with { Data = data };
    }

    private int ElementSize => DataType switch
    {
        "F32" => sizeof(float),
        "F16" => sizeof(ushort),
        "I64" => sizeof(long),
        "U8" => 1,
        _ => throw Wrong("F32, F16, I64 or U8"),
    };

    private InvalidOperationException Wrong(string asked) => new($"'{Name}' is {DataType}, not {asked}.");
}
