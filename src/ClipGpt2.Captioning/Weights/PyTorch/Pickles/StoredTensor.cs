using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A view of a storage whose every element is known to lie within it.</summary>
internal sealed class StoredTensor
{
    /// <summary>A view may repeat elements, but a tensor of more than this many and more than its storage has is no weight.</summary>
    private const long MostRepeated = 1 << 22;

    private const int MostDimensions = 64;

    private readonly long _offset;
    private readonly long[] _strides;

    private StoredTensor(StoredStorage storage, ElementType element, long offset, long[] shape, long[] strides) =>
        (Storage, Element, _offset, Shape, _strides) = (storage, element, offset, shape, strides);

    public StoredStorage Storage { get; }

    public ElementType Element { get; }

    public IReadOnlyList<long> Shape { get; }

    public IReadOnlyList<long> Strides => _strides;

    /// <summary>The first element's place in the storage.</summary>
    public long Offset => _offset;

    public long ByteLength => Shape.Aggregate(1L, (a, b) => a * b) * Element.Bits / 8;

    /// <summary>Checks a view against its storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="element">The elements' type; the storage's own but where that is bytes.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="strides">How many elements further each dimension's next one is.</param>
    /// <param name="call">Whose arguments they are.</param>
    public static StoredTensor Create(StoredStorage storage, ElementType element, long offset, long[] shape, long[] strides, PickleCall call)
    {
        var what = $"makes a tensor of the shape [{string.Join(", ", shape)}] and the strides [{string.Join(", ", strides)}] at the offset {offset}:";
        if (shape.Length != strides.Length || shape.Length > MostDimensions)
        {
            throw call.Wrong($"{what} shape and strides must have the same rank, of up to {MostDimensions}");
        }

        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw call.Wrong($"{what} none may be negative");
        }

        if (element.ByteLength(shape) is not { } bytes)
        {
            throw call.Wrong($"{what} that are more elements than 64 bits can count (overflow)");
        }

        var there = storage.ByteLength / (element.Bits / 8);
        if (bytes > 0 && LastElement(offset, shape, strides) >= there)
        {
            throw call.Wrong($"{what} it reaches out of bounds, beyond the {there} elements of its storage");
        }

        return bytes / (element.Bits / 8) > Math.Max(there, MostRepeated)
            ? throw call.Wrong($"{what} an implausible size for a storage of {there} elements")
            : new StoredTensor(storage, element, offset, shape, strides);
    }

    /// <summary>Reads the elements.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="name">The tensor, for messages.</param>
    /// <returns>A new contiguous tensor, the caller's own.</returns>
    public torch.Tensor Read(string file, string name)
    {
        if (Element.Torch is not { } type)
        {
            throw new CheckpointFormatException($"'{file}': the tensor '{name}' is {Element.Name}, which libtorch can't compute with here; convert it to F32, F16 or BF16.");
        }

        using var scope = torch.NewDisposeScope();
        var elements = Shape.Contains(0) ? torch.empty([.. Shape], type) : Elements(type);
        return (Storage.IsBigEndian ? ByteOrder.Swapped(elements) : elements).MoveToOuterDisposeScope();
    }

    private torch.Tensor Elements(torch.ScalarType type)
    {
        var begin = _offset * (Element.Bits / 8);
        if (IsContiguous())
        {
            return Storage.Data!.Elements(type, begin, Shape);
        }

        var covered = (long)LastElement(0, Shape, _strides) + 1;
        var elements = Storage.Data!.Elements(type, begin, [covered]);
        return elements.as_strided([.. Shape], _strides, elements.storage_offset()).contiguous();
    }

    private bool IsContiguous()
    {
        long expected = 1;
        for (var i = _strides.Length - 1; i >= 0; i--)
        {
            if (Shape[i] != 1 && _strides[i] != expected)
            {
                return false;
            }

            expected *= Shape[i];
        }

        return true;
    }

    /// <summary>The place of the last element; beyond 64 bits it stops counting.</summary>
    private static Int128 LastElement(long offset, IReadOnlyList<long> shape, long[] strides)
    {
        Int128 last = offset;
        for (var i = 0; i < strides.Length && last <= long.MaxValue; i++)
        {
            last += (Int128)(shape[i] - 1) * strides[i];
        }

        return last;
    }
}
