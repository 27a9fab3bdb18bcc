using System.Text;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Writes zip archives as <c>torch.save</c> lays them out: members stored, their bytes at multiples of 64, check sums left out.</summary>
internal sealed class TorchSaveArchive(Stream stream) : IDisposable
{
    private const int Alignment = 64;
    private const int HeaderLength = 30;
    private const ushort PaddingField = 0x4246;

    private readonly BinaryWriter _writer = new(stream, Encoding.Latin1, leaveOpen: true);
    private readonly List<(byte[] Name, uint Length, uint Offset)> _members = [];

    /// <summary>Writes a state dict of float32 tensors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="wrap">Makes the saved value of the state dict; null to save it alone. It may use a storage "beside" of one float32.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, torch.Tensor>> tensors, Func<string, string>? wrap = null)
    {
        using var file = File.Create(path);
        var all = tensors.ToList();
        var entries = all.Select((tensor, i) => (tensor.Key, PickleCode.Tensor(
            PickleCode.Storage("FloatStorage", $"{i}", tensor.Value.numel()), 0, tensor.Value.shape, tensor.Value.stride())));
        using (var archive = new TorchSaveArchive(file))
        {
            archive.Add("data.pkl", PickleCode.Bytes(PickleCode.Protocol2 + (wrap ?? (code => code))(PickleCode.Dictionary(entries)) + "."));
            for (var i = 0; i < all.Count; i++)
            {
                archive.Add($"data/{i}", all[i].Value.bytes);
            }

            archive.Add("data/beside", new byte[sizeof(float)]);
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>The bytes of an archive of a pickle and the storages that it names.</summary>
    public static byte[] Bytes(string pickle, params ReadOnlySpan<(string Name, byte[] Bytes)> members)
    {
        using var bytes = new MemoryStream();
        using (var archive = new TorchSaveArchive(bytes))
        {
            archive.Add("data.pkl", PickleCode.Bytes(pickle));
            foreach (var (name, content) in members)
            {
                archive.Add(name, content);
            }
        }

        return bytes.ToArray();
    }

    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        var (path, offset) = (Encoding.UTF8.GetBytes("archive/" + name), (uint)stream.Position);
        var begin = offset + HeaderLength + path.Length + sizeof(uint);
        var padding = (ushort)((Alignment - (begin % Alignment)) % Alignment);
        _writer.Write(0x04034b50u);
        Describe((uint)bytes.Length, path, (ushort)(padding + sizeof(uint)));
        _writer.Write(path);
        _writer.Write(PaddingField);
        _writer.Write(padding);
        _writer.Write(new byte[padding]);
        _writer.Write(bytes);
        _members.Add((path, (uint)bytes.Length, offset));
    }

    public void Dispose()
    {
        var begin = (uint)stream.Position;
        foreach (var (name, length, offset) in _members)
        {
            _writer.Write(0x02014b50u);
            _writer.Write((ushort)0);
            Describe(length, name, 0);
            _writer.Write(new byte[10]);
            _writer.Write(offset);
            _writer.Write(name);
        }

        var size = (uint)stream.Position - begin;
        _writer.Write(0x06054b50u);
        _writer.Write(new byte[4]);
        _writer.Write((ushort)_members.Count);
        _writer.Write((ushort)_members.Count);
        _writer.Write(size);
        _writer.Write(begin);
        _writer.Write((ushort)0);
        _writer.Dispose();
    }

    /// <summary>What a member's header and its entry in the directory have in common: version, flags, method, time and check sum as 0, sizes.</summary>
    private void Describe(uint length, byte[] name, ushort extra)
    {
        _writer.Write(new byte[14]);
        _writer.Write(length);
        _writer.Write(length);
        _writer.Write((ushort)name.Length);
        _writer.Write(extra);
    }
}
