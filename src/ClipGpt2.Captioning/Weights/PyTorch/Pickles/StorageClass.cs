namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A class of storages: <c>torch.FloatStorage</c> and so on.</summary>
internal sealed record StorageClass(string Name, ElementType Element);
