namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A value of a pickle that holds others.</summary>
internal abstract class PickleContainer
{
    /// <summary>How deeply values are nested in it: 1 if it holds no container. A container that grows after it was put into another doesn't count there.</summary>
    public int Depth { get; private set; } = 1;

    /// <summary>Notes that it holds a value.</summary>
    protected void Hold(object? value)
    {
        if (value is PickleContainer container && container.Depth >= Depth)
        {
            Depth = container.Depth + 1;
        }
    }
}
