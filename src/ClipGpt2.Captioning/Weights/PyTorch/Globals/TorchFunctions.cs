using ClipGpt2.Captioning.Weights.PyTorch.Archives;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>PyTorch's functions that make tensors, storages and what belongs to them.</summary>
/// <remarks>Source: <c>torch/_utils.py</c>, <c>torch/storage.py</c> and <c>torch/jit/_pickle.py</c> of PyTorch 2.13.</remarks>
internal static class TorchFunctions
{
    private const string Utilities = "torch._utils";
    private const string Script = "torch.jit._pickle";

    public static IReadOnlyList<PickleGlobal> All { get; } =
    [
        new(Utilities, "_rebuild_tensor", call => Tensor(call, 4, 4)),
        new(Utilities, "_rebuild_tensor_v2", call => Tensor(call, 6, 7)),
        new(Utilities, "_rebuild_tensor_v3", TypedTensor),
        new(Utilities, "_rebuild_parameter", call => Parameter(call, 3)),
        new(Utilities, "_rebuild_parameter_with_state", call => Parameter(call, 4)),
        new("torch.storage", "_load_from_bytes", Storage),
        new("torch", "Size", Size, IsClass: true),
        new("torch", "device", Device, IsClass: true),
        new(Script, "build_intlist", Same),
        new(Script, "build_doublelist", Same),
        new(Script, "build_boollist", Same),
        new(Script, "build_tensorlist", Same),
        new(Script, "restore_type_tag", call => Same(call, 2)),
    ];

    private static StoredTensor Tensor(PickleCall call, int least, int most)
    {
        call.RequireCount(least, most);
        var storage = call.Get<StoredStorage>(0, "a storage");
        return Tensor(call, storage, storage.Element);
    }

    /// <summary>A tensor whose storage holds bytes: its element type is an argument.</summary>
    private static StoredTensor TypedTensor(PickleCall call)
    {
        call.RequireCount(7, 8);
        var name = call.Get<PickleConstant>(6, "a data type").Text;
        var element = TorchTypes.DataTypes.GetValueOrDefault(name["torch.".Length..]) ?? throw call.Wrong($"has the unknown data type '{name}'");
        return Tensor(call, call.Get<StoredStorage>(0, "a storage"), element);
    }

    private static StoredTensor Tensor(PickleCall call, StoredStorage storage, ElementType element) =>
        StoredTensor.Create(storage, element, call.Integer(1, "an integer"), call.Integers(2, "a tuple"), call.Integers(3, "a tuple"), call);

    private static StoredTensor Parameter(PickleCall call, int count)
    {
        call.RequireCount(count, count);
        return call.Get<StoredTensor>(0, "a tensor");
    }

    /// <summary>A storage in the form of a whole torch stream, as plain pickles hold it.</summary>
    private static StoredStorage Storage(PickleCall call)
    {
        call.RequireCount(1, 1);
        var bytes = call.Arguments.Items[0] as ByteRegion ?? throw call.Refused($"is refused for {PickleNames.Describe(call.Arguments.Items[0])}: it needs bytes");
        return TorchStream.LoadNested(bytes, call) as StoredStorage ?? throw call.Wrong("needs a stream that holds one storage");
    }

    private static PickleTuple Size(PickleCall call)
    {
        call.RequireCount(1, 1);
        var sizes = call.Integers(0, "a tuple");
        call.Spend(sizes.Length);
        return new PickleTuple([.. sizes.Cast<object?>()], "torch.Size");
    }

    private static PickleConstant Device(PickleCall call)
    {
        call.RequireCount(1, 2);
        var type = call.Text(0, "a text");
        call.Spend(type.Length);
        return new PickleConstant("torch.device", call.Count == 1 ? type : $"{type}:{call.Integer(1, "an integer")}");
    }

    private static object? Same(PickleCall call) => Same(call, 1);

    private static object? Same(PickleCall call, int count)
    {
        call.RequireCount(count, count);
        return call.Arguments.Items[0];
    }
}
