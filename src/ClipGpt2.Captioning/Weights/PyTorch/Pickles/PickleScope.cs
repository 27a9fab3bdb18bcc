namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>What surrounds a pickle and so decides what it may name.</summary>
internal sealed record PickleScope
{
    /// <summary>Finds the storages that the pickle names by persistent ids; null in a plain pickle, which has none.</summary>
    public IStorageTable? Storages { get; init; }

    /// <summary>What the whole file may still copy.</summary>
    public required CopyBudget Budget { get; init; }

    /// <summary>How many torch streams are around this one.</summary>
    public int Nesting { get; init; }

    /// <summary>Whether it is a TorchScript archive's, whose classes lie in the archive's own <c>code</c> and are taken as data without being read.</summary>
    public bool IsTorchScript { get; init; }
}
