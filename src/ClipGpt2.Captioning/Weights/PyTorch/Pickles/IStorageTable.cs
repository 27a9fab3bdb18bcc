namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The storages that lie beside a pickle.</summary>
internal interface IStorageTable
{
    /// <summary>The storage of a persistent id.</summary>
    StoredStorage Find(StorageId id, PickleReader reader);
}
