namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>What a value of a PyTorch file is.</summary>
public enum PyTorchValueKind
{
    /// <summary>Python's <c>None</c>.</summary>
    None,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>An integer of any size.</summary>
    Integer,

    /// <summary>A floating-point number.</summary>
    Number,

    /// <summary>A text; also a path, a device, a data type or the member of an enumeration, whose class is in <see cref="PyTorchValue.ClassName"/>.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A list, tuple, set or <c>torch.Size</c>.</summary>
    List,

    /// <summary>A dictionary, whose entries have an order.</summary>
    Dictionary,

    /// <summary>An object of a class of data: its fields.</summary>
    Object,

    /// <summary>A tensor or an array of NumPy.</summary>
    Tensor,

    /// <summary>A class, function or storage without a use.</summary>
    Other,
}
