namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A part of a larger storage, as the oldest files have it.</summary>
/// <param name="Key">The part's own name.</param>
/// <param name="Offset">Its first element.</param>
/// <param name="Count">How many elements it has.</param>
internal sealed record StorageView(string Key, long Offset, long Count)
{
    public static StorageView? Parse(object? view, PickleReader reader) => view switch
    {
        null => null,
        PickleTuple { Items: [string key, long offset, long count] } when offset >= 0 && count >= 0 => new StorageView(key, offset, count),
        _ => throw reader.Damaged("names a part of a storage that has a negative size or isn't one"),
    };
}
