using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Runtime;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A <c>.safetensors</c> file: its header is read and checked when it is opened, its tensors when they are asked for.</summary>
/// <remarks>
/// Opening needs no libtorch. A tensor that is read lies on the file's pages, which the system shares and can drop; it may be written to without
/// changing the file, and stays good after the file is disposed. While it is in use the file may be replaced or deleted but not shortened.
/// Safe from any number of threads.
/// </remarks>
public sealed class SafetensorsFile : ITensorSource
{
    /// <summary>The format's own limit.</summary>
    private const long LongestHeader = 100_000_000;

    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;
    private readonly MappedFile _mapped;
    private readonly long _dataBegin;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Location = path;
        _handle = handle;
        var length = RandomAccess.GetLength(handle);
        var json = ReadHeader(path, handle, length);
        _dataBegin = sizeof(long) + json.Length;
        _header = SafetensorsHeader.Parse(json, length - _dataBegin, path);
        Tensors = _header.Entries.ToDictionary(e => e.Key, e => e.Value.Info, StringComparer.Ordinal);
        _mapped = new MappedFile(path, handle, length);
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>The texts that the writer of the file put beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Opens a file and checks its header, every offset included.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">The file can't be read or isn't a sound safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = InputFile.Open(path);
        try
        {
            return new SafetensorsFile(path, handle);
        }
        catch (Exception e)
        {
            handle.Dispose();
            if (InputFile.IsReading(e))
            {
                throw InputFile.Unreadable(path, e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public torch.Tensor Read(string name)
    {
        var entry = Entry(name);
        if (entry.Type.Torch is not { } type)
        {
            throw new CheckpointFormatException(
                $"'{Location}': the tensor '{name}' is {entry.Info.DataType}, which libtorch can't compute with here; convert it to F32, F16 or BF16.");
        }

        TorchRuntime.Load();
        return _mapped.Read(type, _dataBegin + entry.Begin, entry.Info.Shape);
    }

    /// <summary>Copies a tensor's bytes as they are in the file: little-endian, rows last; whatever its element type.</summary>
    /// <param name="name">A name in <see cref="Tensors"/>.</param>
    /// <param name="destination">Where to; it is not closed.</param>
    /// <exception cref="CheckpointFormatException">There is no such tensor.</exception>
    internal void CopyBytes(string name, Stream destination)
    {
        var entry = Entry(name);
        var buffer = new byte[Math.Min(entry.Info.ByteLength, 1 << 20)];
        for (var offset = entry.Begin; offset < entry.End;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.End - offset));
            InputFile.Fill(_handle, part, _dataBegin + offset, Location);
            destination.Write(part);
            offset += part.Length;
        }
    }

    /// <summary>Maps a tensor's bytes, without libtorch; the map lives on when the file is disposed.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor, or the system can't map it.</exception>
    internal MemoryMappedViewAccessor Map(string name)
    {
        var entry = Entry(name);
        try
        {
            using var file = MemoryMappedFile.CreateFromFile(_handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return file.CreateViewAccessor(_dataBegin + entry.Begin, entry.Info.ByteLength, MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw InputFile.Unreadable(Location, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mapped.Dispose();
        _handle.Dispose();
    }

    private SafetensorsEntry Entry(string name) => _header.Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new CheckpointFormatException($"'{Location}' has no tensor '{name}'.");

    private static byte[] ReadHeader(string path, SafeFileHandle handle, long length)
    {
        if (length <= sizeof(long))
        {
            throw new CheckpointFormatException($"'{path}' is cut short: it has {length} bytes, and a safetensors file at least 10. Fetch the file again.");
        }

        Span<byte> start = stackalloc byte[(int)Math.Min(length, 24)];
        InputFile.Fill(handle, start, 0, path);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (headerLength > LongestHeader || (long)headerLength > length - sizeof(long))
        {
            throw ForeignForm(path, start) ?? new CheckpointFormatException(
                $"'{path}': the header is too long: it claims {headerLength} bytes, and the file has {length} (the format allows {LongestHeader}). The file is cut short or of another form.");
        }

        var json = new byte[headerLength];
        InputFile.Fill(handle, json, sizeof(long), path);
        return json;
    }

    /// <summary>Says what a file is that has no header of this format but another one's first bytes.</summary>
    private static CheckpointFormatException? ForeignForm(string path, ReadOnlySpan<byte> start)
    {
        if (GitLfsPointer.Begins(start))
        {
            return new(GitLfsPointer.Refusal(path));
        }

        return start.StartsWith("PK\u0003\u0004"u8) || start[0] == 0x80
            ? new($"'{path}' has the header of a PyTorch file (torch.save or pickle), not of a safetensors file: give it an ending such as .pt or .bin, by which those are known.")
            : null;
    }
}
