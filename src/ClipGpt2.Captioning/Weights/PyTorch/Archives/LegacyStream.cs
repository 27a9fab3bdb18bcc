using System.Globalization;
using System.Numerics;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>The form of <c>torch.save</c> before PyTorch 1.6, which plain pickles still carry: five pickles, then the storages.</summary>
/// <remarks>Source: <c>_legacy_save</c> and <c>_legacy_load</c> in <c>torch/serialization.py</c> of PyTorch 2.13.</remarks>
internal sealed class LegacyStream : IStorageTable
{
    public static readonly BigInteger MagicNumber = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private const long Version = 1001;

    private readonly Dictionary<string, StoredStorage> _storages = new(StringComparer.Ordinal);
    private readonly List<(StoredStorage Whole, StoredStorage Part, StorageView View)> _parts = [];
    private readonly PickleReader _reader;

    private LegacyStream(PickleReader reader) => _reader = reader;

    /// <summary>Reads what follows the magic number.</summary>
    public static object? Load(PickleReader reader, PickleScope plain)
    {
        if (Unpickler.Load(reader, plain) is not Version)
        {
            throw new CheckpointFormatException($"'{reader.File}' has a stream of torch.save whose version isn't {Version}, the only one that is known.");
        }

        var stream = new LegacyStream(reader);
        var system = Unpickler.Load(reader, plain) as PickleDictionary;
        var value = Unpickler.Load(reader, plain with { Storages = stream });
        var keys = Unpickler.Load(reader, plain) as PickleList ?? throw stream.Bad("lacks the list of its storages");
        stream.ReadStorages(keys, isBigEndian: system?["little_endian"] is false);
        return value;
    }

    public StoredStorage Find(StorageId id, PickleReader reader)
    {
        if (!_storages.TryGetValue(id.Key, out var storage))
        {
            _storages[id.Key] = storage = new StoredStorage(id.Class.Element, id.Count);
        }

        if (storage.Element != id.Class.Element || storage.Count != id.Count)
        {
            throw reader.Damaged($"names the storage '{PickleNames.Shown(id.Key)}' twice, with other types or sizes");
        }

        return id.View is null ? storage : FindPart(storage, id.View, reader);
    }

    private StoredStorage FindPart(StoredStorage whole, StorageView view, PickleReader reader)
    {
        if (view.Offset > whole.Count || view.Count > whole.Count - view.Offset)
        {
            throw reader.Damaged($"names a part of a storage that is out of bounds: {view.Count} elements at {view.Offset} of {whole.Count}");
        }

        var part = new StoredStorage(whole.Element, view.Count);
        _parts.Add((whole, part, view));
        return part;
    }

    private void ReadStorages(PickleList keys, bool isBigEndian)
    {
        foreach (var key in keys.Items)
        {
            if (key is not string name || !_storages.TryGetValue(name, out var storage) || storage.Data is not null)
            {
                throw Bad($"lists the storage '{PickleNames.Shown($"{key}")}', which is missing in its value or was listed before");
            }

            ReadStorage(name, storage);
            storage.IsBigEndian = isBigEndian;
        }

        if (_storages.FirstOrDefault(entry => entry.Value.Data is null).Key is { } missing)
        {
            throw Bad($"names the storage '{PickleNames.Shown(missing)}', whose bytes are missing");
        }

        foreach (var (whole, part, view) in _parts)
        {
            var size = whole.Element.Bits / 8;
            part.Data = whole.Data!.Slice(view.Offset * size, view.Count * size);
            part.IsBigEndian = isBigEndian;
        }
    }

    private void ReadStorage(string name, StoredStorage storage)
    {
        _reader.Begin($"the storage '{PickleNames.Shown(name)}'");
        var count = (long)_reader.UInt64();
        if (count < 0)
        {
            throw _reader.Damaged($"has a negative size, {count}");
        }

        storage.Data = count == storage.Count
            ? _reader.Region((ulong)storage.ByteLength)
            : throw _reader.Damaged($"claims {count} elements, and the value that uses it {storage.Count}");
    }

    private CheckpointFormatException Bad(string problem) => new($"'{_reader.File}': a stream of torch.save {problem}.");
}
