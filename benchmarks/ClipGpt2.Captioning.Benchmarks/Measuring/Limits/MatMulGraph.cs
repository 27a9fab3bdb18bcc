using System.Text;

namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>The ONNX graph y = x w over two matrices of any size, written by hand: it is too small to be worth a file or a dependency.</summary>
internal static class MatMulGraph
{
    private const byte Float = 1;

    /// <summary>A ModelProto; the numbers are the fields' in onnx.proto.</summary>
    public static byte[] Create()
    {
        byte[] node = [.. Text(1, "x"), .. Text(1, "w"), .. Text(2, "y"), .. Text(4, "MatMul")];
        byte[] graph = [.. Field(1, node), .. Text(2, "product"), .. Matrix(11, "x"), .. Matrix(11, "w"), .. Matrix(12, "y")];
        byte[] operators = [.. Number(2, 17)];
        return [.. Number(1, 8), .. Field(7, graph), .. Field(8, operators)];
    }

    /// <summary>A ValueInfoProto: float32 with two dimensions that may be anything.</summary>
    private static byte[] Matrix(int field, string name)
    {
        byte[] shape = [.. Field(1, []), .. Field(1, [])];
        byte[] tensor = [.. Number(1, Float), .. Field(2, shape)];
        return Field(field, [.. Text(1, name), .. Field(2, Field(1, tensor))]);
    }

    private static byte[] Number(int field, byte value) => [(byte)(field << 3), value];

    private static byte[] Text(int field, string value) => Field(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A length-delimited field of less than 16 KB.</summary>
    private static byte[] Field(int field, byte[] content) =>
        content.Length < 128
            ? [(byte)((field << 3) | 2), (byte)content.Length, .. content]
            : [(byte)((field << 3) | 2), (byte)(content.Length | 128), (byte)(content.Length >> 7), .. content];
}
