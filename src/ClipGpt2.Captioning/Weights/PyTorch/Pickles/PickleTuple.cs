namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A tuple of Python, or a <c>torch.Size</c>.</summary>
internal sealed class PickleTuple : PickleContainer
{
    public static readonly PickleTuple Empty = new([]);

    public PickleTuple(object?[] items, string className = "tuple")
    {
        (Items, ClassName) = (items, className);
        long parts = 1;
        foreach (var item in items)
        {
            Hold(item);
            parts += item is PickleTuple tuple ? tuple.Parts : 1;
        }

        Parts = Math.Min(parts, int.MaxValue);
    }

    public object?[] Items { get; }

    public string ClassName { get; }

    /// <summary>How many values a walk over it meets, however often it meets the same one.</summary>
    public long Parts { get; }
}
