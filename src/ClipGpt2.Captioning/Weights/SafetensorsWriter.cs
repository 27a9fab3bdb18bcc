using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Writes <c>.safetensors</c> files.</summary>
/// <remarks>
/// Equal tensors and metadata give equal bytes, whatever order they come in: tensors are sorted by element type and name and the header is padded
/// to 8 bytes as the reference implementation does it (safetensors 0.8, <c>prepare</c>), metadata are sorted by key. One tensor at a time is in
/// memory beside the given ones, and only if it has to be converted or fetched from another device.
/// </remarks>
public static class SafetensorsWriter
{
    /// <summary>How much is written at once: a span can't be longer than 2 GB.</summary>
    private const long WriteBytes = 64 << 20;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file, or replaces it as a whole.</summary>
    /// <param name="path">The file; its folder is made if it isn't there.</param>
    /// <param name="tensors">The tensors by name, on any device; they stay the caller's.</param>
    /// <param name="metadata">Texts to put beside them.</param>
    /// <param name="floatingType">The type that floating-point tensors are stored in; null for their own.</param>
    /// <exception cref="CaptioningException">The file can't be written, or a tensor's name or type isn't one that the format can hold.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, torch.Tensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null,
        torch.ScalarType? floatingType = null) =>
        Write(path, tensors.Select(t => Content(path, t.Key, t.Value, floatingType)), metadata ?? []);

    /// <summary>Writes all tensors of a source, one at a time in memory.</summary>
    /// <param name="path">The file; its folder is made if it isn't there.</param>
    /// <param name="source">The tensors; the source stays the caller's.</param>
    /// <param name="metadata">Texts to put beside them.</param>
    /// <param name="floatingType">The type that floating-point tensors are stored in; null for their own.</param>
    /// <param name="token">Ends the writing between two tensors; nothing is left behind.</param>
    /// <exception cref="CaptioningException">The file can't be written, or a tensor can't be read.</exception>
    internal static void Write(
        string path, ITensorSource source, IEnumerable<KeyValuePair<string, string>> metadata, torch.ScalarType? floatingType, CancellationToken token) =>
        Write(path, source.Tensors.Values.Select(info => Content(path, source, info, floatingType, token)), metadata);

    /// <summary>Writes a file, or replaces it as a whole, from contents that need not be in memory.</summary>
    /// <exception cref="CaptioningException">The file can't be written, or a name isn't one that the format can hold.</exception>
    internal static void Write(string path, IEnumerable<SafetensorsContent> contents, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var entries = contents.OrderByDescending(e => e.Type.Rank).ThenBy(e => e.Name, StringComparer.Ordinal).ToList();
        if (entries.GroupBy(e => e.Name).FirstOrDefault(names => names.Count() > 1) is { Key: var twice })
        {
            throw new CheckpointFormatException($"'{path}' can't hold two tensors of the name '{twice}'.");
        }

        if (entries.Exists(e => e.Name == SafetensorsHeader.MetadataName))
        {
            throw new CheckpointFormatException($"'{path}' can't hold a tensor of the name '{SafetensorsHeader.MetadataName}', which is the format's own.");
        }

        var header = Header(entries, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            entries.ForEach(entry => entry.WriteTo(stream));
        });
    }

    private static byte[] Header(List<SafetensorsContent> entries, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            WriteMetadata(json, [.. metadata.OrderBy(m => m.Key, StringComparer.Ordinal)]);
            long position = 0;
            foreach (var entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", entry.Type.Name);
                WriteNumbers(json, "shape", [.. entry.Shape]);
                WriteNumbers(json, "data_offsets", [position, position + entry.ByteLength]);
                json.WriteEndObject();
                position += entry.ByteLength;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % sizeof(long) != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, KeyValuePair<string, string>[] metadata)
    {
        if (metadata.Length > 0)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            Array.ForEach(metadata, m => json.WriteString(m.Key, m.Value));
            json.WriteEndObject();
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        Array.ForEach(numbers, json.WriteNumberValue);
        json.WriteEndArray();
    }

    private static SafetensorsContent Content(string path, ITensorSource source, TensorInfo info, torch.ScalarType? floatingType, CancellationToken token)
    {
        if (ElementType.Find(info.DataType) is not { Torch: { } type })
        {
            throw new CheckpointFormatException($"'{path}' can't hold the tensor '{info.Name}' of '{source.Location}': libtorch has no type for {info.DataType}.");
        }

        var stored = info.DataType is "F16" or "BF16" or "F32" or "F64" ? floatingType ?? type : type;
        return new(info.Name, ElementType.Of(stored)!, info.Shape, stream =>
        {
            token.ThrowIfCancellationRequested();
            using var tensor = source.Read(info.Name);
            Write(stream, tensor, stored, ElementType.Of(stored)!);
        });
    }

    private static SafetensorsContent Content(string path, string name, torch.Tensor tensor, torch.ScalarType? floatingType)
    {
        var stored = tensor.is_floating_point() && floatingType is { } chosen ? chosen : tensor.dtype;
        var type = ElementType.Of(stored) ?? throw new CheckpointFormatException($"'{path}' can't hold the tensor '{name}': safetensors has no type for {stored}.");
        return new(name, type, tensor.shape, stream => Write(stream, tensor, stored, type));
    }

    private static void Write(Stream stream, torch.Tensor tensor, torch.ScalarType stored, ElementType type)
    {
        using var gradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var flat = tensor.detach().to(stored, torch.CPU).contiguous().view(-1);
        var most = WriteBytes / (type.Bits / 8);
        for (long done = 0; done < flat.shape[0]; done += most)
        {
            using var part = flat.narrow(0, done, Math.Min(most, flat.shape[0] - done));
            stream.Write(part.bytes);
        }
    }
}
