using System.Text;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>The zip form of <c>torch.save</c> (PyTorch 1.6 and later) and of TorchScript: a pickle, and a member for each storage.</summary>
/// <remarks>Source: <c>_save</c> and <c>_load</c> in <c>torch/serialization.py</c> of PyTorch 2.13.</remarks>
internal sealed class TorchArchive : IStorageTable
{
    private const string PickleName = "data.pkl";

    /// <summary>A pickle without its storages is small; stored ones aren't copied, whatever their size.</summary>
    private const long LargestInflatedPickle = 1 << 26;

    private readonly Dictionary<string, StoredStorage> _storages = new(StringComparer.Ordinal);
    private readonly ZipDirectory _zip;
    private readonly string _root;
    private readonly string _file;
    private readonly bool _isBigEndian;

    private TorchArchive(ZipDirectory zip, string root, string file)
    {
        (_zip, _root, _file) = (zip, root, file);
        _isBigEndian = zip.Members.TryGetValue(root + "byteorder", out var order) && ReadByteOrder(order);
    }

    public static object? Load(ByteRegion region, string file, PickleScope scope)
    {
        var zip = ZipDirectory.Read(region, file);
        var pickle = FindPickle(zip, file);
        var root = pickle.Name[..^PickleName.Length];
        var archive = new TorchArchive(zip, root, file);
        var reader = new PickleReader(archive.OpenPickle(pickle), $"{file}/{pickle.Name}");
        return Unpickler.Load(reader, scope with { Storages = archive, IsTorchScript = zip.Members.ContainsKey(root + "constants.pkl") });
    }

    public StoredStorage Find(StorageId id, PickleReader reader)
    {
        if (!_storages.TryGetValue(id.Key, out var storage))
        {
            _storages[id.Key] = storage = Open(id, reader);
        }

        return storage.Element == id.Class.Element && storage.Count == id.Count
            ? storage
            : throw reader.Damaged($"names the storage '{PickleNames.Shown(id.Key)}' as {id.Count} of {id.Class.Element.Name}, and before as {storage.Count} of {storage.Element.Name}");
    }

    private static ZipMember FindPickle(ZipDirectory zip, string file)
    {
        // The folder is named as the file was when it was saved.
        var found = zip.Members.Values.Where(member => member.Name == PickleName || member.Name.EndsWith("/" + PickleName, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var pickle] => pickle,
            [] => throw new CheckpointFormatException($"'{file}' is a zip archive, but not one of torch.save: '{PickleName}' is a missing record."),
            _ => throw new CheckpointFormatException($"'{file}' is ambiguous: it holds several models, {string.Join(", ", found.Select(member => $"'{member.Name}'"))}."),
        };
    }

    private ByteRegion OpenPickle(ZipMember member)
    {
        var region = _zip.Open(member);
        return region is not InflatedRegion inflated ? region
            : inflated.Length <= LargestInflatedPickle ? inflated.Inflate()
            : throw new CheckpointFormatException($"'{_file}': the deflated '{member.Name}' claims {member.Length} bytes, an implausible size; up to {LargestInflatedPickle} are read.");
    }

    private StoredStorage Open(StorageId id, PickleReader reader)
    {
        var storage = new StoredStorage(id.Class.Element, id.Count) { IsBigEndian = _isBigEndian };
        if (!_zip.Members.TryGetValue($"{_root}data/{id.Key}", out var member))
        {
            throw reader.Damaged($"names the storage '{PickleNames.Shown(id.Key)}', which is a missing record of the archive");
        }

        if (member.Length != storage.ByteLength)
        {
            throw reader.Damaged($"claims {storage.ByteLength} bytes for the storage '{id.Key}', and its record has {member.Length}: an implausible size, or the file is cut short");
        }

        storage.Data = _zip.Open(member);
        return storage;
    }

    private bool ReadByteOrder(ZipMember member)
    {
        const long LongestName = 16;
        var order = member.Length <= LongestName ? Encoding.ASCII.GetString(_zip.Open(member).ToArray()) : "";
        return order is "little" or "big"
            ? order == "big"
            : throw new CheckpointFormatException($"'{_file}': '{member.Name}' must be 'little' or 'big'.");
    }
}
