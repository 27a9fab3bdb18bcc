namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A value that takes a state after it was made.</summary>
internal interface IBuildable
{
    /// <summary>Takes the state, or refuses it.</summary>
    void Build(object? state, PickleCall call);
}
