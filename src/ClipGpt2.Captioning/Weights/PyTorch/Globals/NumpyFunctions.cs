using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>NumPy's functions that make arrays, scalars and their data types.</summary>
/// <remarks>Source: <c>numpy/_core/multiarray.py</c> of NumPy 2; NumPy 1 has the same under <c>numpy.core</c>.</remarks>
internal static class NumpyFunctions
{
    public static IReadOnlyList<PickleGlobal> All { get; } =
    [
        new("numpy", "dtype", DataType, IsClass: true),
        new("numpy", "ndarray", _ => new NumpyArray(), IsClass: true),
        .. new[] { "numpy.core", "numpy._core" }.SelectMany(Core),
    ];

    private static IEnumerable<PickleGlobal> Core(string module) =>
    [
        new(module + ".multiarray", "_reconstruct", Reconstruct),
        new(module + ".multiarray", "scalar", Scalar),
        new(module + ".numeric", "_frombuffer", FromBuffer),
    ];

    private static NumpyType DataType(PickleCall call)
    {
        call.RequireCount(1, 3);
        return NumpyType.Parse(call.Text(0, "a text"), call);
    }

    private static NumpyArray Reconstruct(PickleCall call)
    {
        call.RequireCount(3, 3);
        return call.Arguments.Items[0] is PickleGlobal { Module: "numpy", Name: "ndarray" }
            ? new NumpyArray()
            : throw call.Refused($"is refused for {PickleNames.Describe(call.Arguments.Items[0])}: only plain arrays are made");
    }

    private static object Scalar(PickleCall call)
    {
        call.RequireCount(2, 2);
        return call.Get<NumpyType>(0, "a data type").Scalar(call.Get<ByteRegion>(1, "bytes"), call);
    }

    private static NumpyArray FromBuffer(PickleCall call)
    {
        call.RequireCount(4, 4);
        var array = new NumpyArray();
        array.Set(call.Get<NumpyType>(1, "a data type"), call.Integers(2, "a tuple"), call.Text(3, "an order") == "F", call.Get<ByteRegion>(0, "bytes"), call);
        return array;
    }
}
