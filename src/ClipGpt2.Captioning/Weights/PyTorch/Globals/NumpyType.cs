using System.Buffers.Binary;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>A data type of NumPy: numbers and truth values; not Python's objects, and not records.</summary>
internal sealed class NumpyType(ElementType element) : IBuildable
{
    public ElementType Element => element;

    public bool IsBigEndian { get; private set; }

    public static NumpyType Parse(string name, PickleCall call)
    {
        var element = name.TrimStart('<', '=', '|') switch
        {
            "f8" => "F64", "f4" => "F32", "f2" => "F16", "i8" => "I64", "i4" => "I32", "i2" => "I16", "i1" => "I8",
            "u8" => "U64", "u4" => "U32", "u2" => "U16", "u1" => "U8", "b1" => "BOOL", "c8" => "C64",
            _ => throw call.Wrong($"has the unsupported type '{PickleNames.Shown(name)}': numbers and truth values are read"),
        };
        return new NumpyType(ElementType.Find(element)!);
    }

    /// <summary>Takes the state of a data type: its version, its byte order, and what only records have.</summary>
    public void Build(object? state, PickleCall call)
    {
        if (state is not PickleTuple { Items: [long, string order, null, null, null, ..] } || order is not ("<" or ">" or "=" or "|"))
        {
            throw call.Wrong("has the unsupported type of a record or of another byte order than '<' and '>'");
        }

        IsBigEndian = order == ">";
    }

    /// <summary>One number.</summary>
    public object Scalar(ByteRegion bytes, PickleCall call)
    {
        if (bytes.Length != element.Bits / 8)
        {
            throw call.Wrong($"has {bytes.Length} bytes for a number of {element.Bits / 8}");
        }

        var value = bytes.ToArray();
        if (IsBigEndian)
        {
            value.AsSpan().Reverse();
        }

        return element.Name switch
        {
            "F64" => BinaryPrimitives.ReadDoubleLittleEndian(value),
            "F32" => (double)BinaryPrimitives.ReadSingleLittleEndian(value),
            "F16" => (double)BinaryPrimitives.ReadHalfLittleEndian(value),
            "I64" => BinaryPrimitives.ReadInt64LittleEndian(value),
            "I32" => (long)BinaryPrimitives.ReadInt32LittleEndian(value),
            "I16" => (long)BinaryPrimitives.ReadInt16LittleEndian(value),
            "I8" => (long)(sbyte)value[0],
            "U64" => ScalarOperations.Narrow(BinaryPrimitives.ReadUInt64LittleEndian(value)),
            "U32" => (long)BinaryPrimitives.ReadUInt32LittleEndian(value),
            "U16" => (long)BinaryPrimitives.ReadUInt16LittleEndian(value),
            "U8" => (long)value[0],
            "BOOL" => value[0] != 0,
            _ => throw call.Wrong($"has the unsupported type {element.Name}"),
        };
    }
}
