namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A list or a set of Python.</summary>
internal sealed class PickleList(string className = "list") : PickleContainer
{
    public string ClassName { get; } = className;

    public List<object?> Items { get; } = [];

    public void Add(object? item)
    {
        Hold(item);
        Items.Add(item);
    }
}
