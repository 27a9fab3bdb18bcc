using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>An array of NumPy: a tensor that takes its elements after it was made.</summary>
internal sealed class NumpyArray : IBuildable
{
    /// <summary>The elements; null if the pickle never gave it any.</summary>
    public StoredTensor? Elements { get; private set; }

    /// <summary>Takes the state of an array: its version, shape, data type, order and bytes.</summary>
    public void Build(object? state, PickleCall call)
    {
        if (state is not PickleTuple { Items: [long, PickleTuple shape, NumpyType type, bool isFortran, ByteRegion bytes] } || !shape.Items.All(size => size is long))
        {
            throw call.Wrong("needs an array's shape, data type and bytes, and has something of the wrong type");
        }

        Set(type, [.. shape.Items.Cast<long>()], isFortran, bytes, call);
    }

    public void Set(NumpyType type, long[] shape, bool isFortran, ByteRegion bytes, PickleCall call)
    {
        var size = type.Element.Bits / 8;
        if (shape.Any(length => length < 0) || type.Element.ByteLength(shape) != bytes.Length)
        {
            throw call.Wrong($"has the shape [{string.Join(", ", shape)}] of {type.Element.Name}, and {bytes.Length} bytes, which is another size");
        }

        var storage = new StoredStorage(type.Element, bytes.Length / size) { Data = bytes, IsBigEndian = type.IsBigEndian };
        Elements = StoredTensor.Create(storage, type.Element, 0, shape, Strides(shape, isFortran), call);
    }

    private static long[] Strides(long[] shape, bool isFortran)
    {
        var strides = new long[shape.Length];
        long step = 1;
        for (var i = 0; i < shape.Length; i++)
        {
            var dimension = isFortran ? i : shape.Length - 1 - i;
            strides[dimension] = step;
            step *= Math.Max(1, shape[dimension]);
        }

        return strides;
    }
}
