using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>An element type of the safetensors format.</summary>
/// <param name="Name">Its name in the file's header.</param>
/// <param name="Bits">The size of an element; the smallest types share bytes.</param>
/// <param name="Torch">Its equal in TorchSharp, or null where there is none.</param>
/// <remarks>Source: <c>Dtype</c> of the reference implementation (safetensors 0.8, <c>tensor.rs</c>).</remarks>
internal sealed record ElementType(string Name, int Bits, torch.ScalarType? Torch = null)
{
    private static readonly ElementType[] All =
    [
        new("BOOL", 8, torch.ScalarType.Bool),
        new("F4", 4),
        new("F6_E2M3", 6),
        new("F6_E3M2", 6),
        new("U8", 8, torch.ScalarType.Byte),
        new("I8", 8, torch.ScalarType.Int8),
        new("F8_E5M2", 8),
        new("F8_E4M3", 8),
        new("F8_E8M0", 8),
        new("F8_E4M3FNUZ", 8),
        new("F8_E5M2FNUZ", 8),
        new("I16", 16, torch.ScalarType.Int16),
        new("U16", 16),
        new("F16", 16, torch.ScalarType.Float16),
        new("BF16", 16, torch.ScalarType.BFloat16),
        new("I32", 32, torch.ScalarType.Int32),
        new("U32", 32),
        new("F32", 32, torch.ScalarType.Float32),
        new("C64", 64, torch.ScalarType.ComplexFloat32),
        new("F64", 64, torch.ScalarType.Float64),
        new("I64", 64, torch.ScalarType.Int64),
        new("U64", 64),
    ];

    private static readonly Dictionary<string, ElementType> ByName = All.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>The types' names, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(type => type.Name));

    public static ElementType? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The type that a tensor of libtorch is stored as, or null where the format has none.</summary>
    public static ElementType? Of(torch.ScalarType type) => All.FirstOrDefault(t => t.Torch == type);

    /// <summary>The place in the format's own order, which a file's tensors follow downwards: larger elements first, so that all are aligned.</summary>
    public int Rank => Array.IndexOf(All, this);

    /// <summary>The bytes of a tensor, or null if there are more than 63 bits can count or they end within a byte.</summary>
    public long? ByteLength(IReadOnlyList<long> shape)
    {
        // A zero among the sizes must not hide that the others overflow: libtorch multiplies them into strides.
        var bits = (Int128)Bits;
        var empty = false;
        foreach (var size in shape)
        {
            empty |= size == 0;
            bits *= size == 0 ? 1 : size;
            if (bits > long.MaxValue)
            {
                return null;
            }
        }

        return empty ? 0 : bits % 8 == 0 ? (long)(bits / 8) : null;
    }
}
