namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>One instruction of pickles.</summary>
/// <param name="Name">Its name in Python's <c>pickletools</c>.</param>
/// <param name="Run">What it does.</param>
internal sealed record PickleOperation(string Name, Action<PickleMachine> Run);
