using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A file's pages as tensors, without a copy.</summary>
/// <remarks>
/// libtorch maps the file privately: the pages are the system's cache until somebody writes to them. TorchSharp can't reinterpret bytes, so
/// there is one map for each element type; a map costs address space only. What can't be mapped (an odd offset, a system that refuses) is copied.
/// </remarks>
internal sealed class MappedFile(string path, SafeFileHandle handle, long length) : IDisposable
{
    /// <summary>How much is read at once: a span can't be longer than 2 GB.</summary>
    private const long CopyBytes = 64 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<torch.ScalarType, torch.Tensor?> _maps = [];

    /// <summary>A tensor over a part of the file that is known to lie within it; the caller's own, in the current dispose scope.</summary>
    public torch.Tensor Read(torch.ScalarType type, long offset, IReadOnlyList<long> shape)
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            return Elements(type, offset, [.. shape]).MoveToOuterDisposeScope();
        }
        catch (ExternalException e)
        {
            throw new CheckpointFormatException($"'{path}': libtorch can't hold a tensor of the shape [{string.Join(", ", shape)}]: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var map in _maps.Values)
            {
                map?.Dispose();
            }

            _maps.Clear();
        }
    }

    private torch.Tensor Elements(torch.ScalarType type, long offset, long[] shape)
    {
        if (shape.Contains(0))
        {
            return torch.empty(shape, type);
        }

        if (type == torch.ScalarType.Bool)
        {
            // Any byte but 0 is true, as NumPy has it; libtorch's own kernels rely on 0 and 1.
            return Elements(torch.ScalarType.Byte, offset, shape).IsNotZero();
        }

        var size = type.ElementSize();
        return offset % size == 0 && Map(type, size) is { } map
            ? map.narrow(0, offset / size, shape.Aggregate(1L, (a, b) => a * b)).view(shape)
            : Copy(type, size, offset, shape);
    }

    private torch.Tensor? Map(torch.ScalarType type, int size)
    {
        lock (_gate)
        {
            if (!_maps.TryGetValue(type, out var map))
            {
                _maps[type] = map = TryMap(type, length / size);
            }

            return map;
        }
    }

    private torch.Tensor? TryMap(torch.ScalarType type, long count)
    {
        // The open handle is the file that was checked; its path may lead to another one by now.
        var source = OperatingSystem.IsLinux() ? $"/proc/self/fd/{handle.DangerousGetHandle()}" : path;
        try
        {
            return torch.from_file(source, shared: false, size: count, dtype: type, device: torch.CPU).DetachFromDisposeScope();
        }
        catch (ExternalException)
        {
            return null;
        }
    }

    private torch.Tensor Copy(torch.ScalarType type, int size, long offset, long[] shape)
    {
        var tensor = torch.empty(shape, type, torch.CPU);
        var flat = tensor.view(-1);
        for (long done = 0; done < flat.shape[0];)
        {
            using var part = flat.narrow(0, done, Math.Min(CopyBytes / size, flat.shape[0] - done));
            InputFile.Fill(handle, part.bytes, offset + (done * size), path);
            done += part.shape[0];
        }

        return tensor;
    }
}
