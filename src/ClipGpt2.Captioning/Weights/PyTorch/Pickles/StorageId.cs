namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A persistent id of <c>torch.save</c>: the storage that it names.</summary>
/// <param name="Class">Its element type.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="Count">How many elements it has.</param>
/// <param name="View">In the old form, its part of a larger storage.</param>
internal sealed record StorageId(StorageClass Class, string Key, long Count, StorageView? View)
{
    private const int LongestKey = 1 << 10;

    /// <summary>Reads the tuple <c>("storage", class, key, location, count)</c>, in the old form with a view after it.</summary>
    public static StorageId Parse(object? id, PickleReader reader)
    {
        if (id is not PickleTuple { Items: ["storage", StorageClass type, string key, _, long count, ..] and { Length: 5 or 6 } items } || key.Length > LongestKey)
        {
            throw reader.Damaged("has a persistent id that isn't a storage's");
        }

        return count >= 0 && (Int128)count * type.Element.Bits / 8 <= long.MaxValue
            ? new StorageId(type, key, count, items.Length == 6 ? StorageView.Parse(items[5], reader) : null)
            : throw reader.Damaged($"names a storage of {count} elements: a negative size, or too large");
    }
}
