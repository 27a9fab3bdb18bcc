using ClipGpt2.Captioning.Weights.PyTorch.Pickles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>PyTorch's element types, as pickles name them.</summary>
internal static class TorchTypes
{
    /// <summary>Complex numbers of two float64, which safetensors doesn't have.</summary>
    private static readonly ElementType ComplexDouble = new("C128", 128, torch.ScalarType.ComplexFloat64);

    /// <summary>A storage of bytes, whose tensors say themselves what their elements are.</summary>
    public static readonly StorageClass Untyped = new("UntypedStorage", Element("U8"));

    public static readonly IReadOnlyList<StorageClass> Storages =
    [
        Untyped,
        new("DoubleStorage", Element("F64")),
        new("FloatStorage", Element("F32")),
        new("HalfStorage", Element("F16")),
        new("BFloat16Storage", Element("BF16")),
        new("LongStorage", Element("I64")),
        new("IntStorage", Element("I32")),
        new("ShortStorage", Element("I16")),
        new("CharStorage", Element("I8")),
        new("ByteStorage", Element("U8")),
        new("BoolStorage", Element("BOOL")),
        new("ComplexFloatStorage", Element("C64")),
        new("ComplexDoubleStorage", ComplexDouble),
    ];

    /// <summary>The names of <c>torch.dtype</c>s.</summary>
    public static readonly IReadOnlyDictionary<string, ElementType> DataTypes = new Dictionary<string, ElementType>(StringComparer.Ordinal)
    {
        ["float64"] = Element("F64"), ["float32"] = Element("F32"), ["float16"] = Element("F16"), ["bfloat16"] = Element("BF16"),
        ["int64"] = Element("I64"), ["int32"] = Element("I32"), ["int16"] = Element("I16"), ["int8"] = Element("I8"),
        ["uint64"] = Element("U64"), ["uint32"] = Element("U32"), ["uint16"] = Element("U16"), ["uint8"] = Element("U8"),
        ["bool"] = Element("BOOL"), ["complex64"] = Element("C64"), ["complex128"] = ComplexDouble,
        ["float8_e4m3fn"] = Element("F8_E4M3"), ["float8_e5m2"] = Element("F8_E5M2"),
        ["float8_e4m3fnuz"] = Element("F8_E4M3FNUZ"), ["float8_e5m2fnuz"] = Element("F8_E5M2FNUZ"),
    };

    private static ElementType Element(string name) => ElementType.Find(name)!;
}
