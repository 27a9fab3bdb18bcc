using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>A part of a run's state in a file: the tensors whose names begin with a word. Each must be read, and have the form that it is read in.</summary>
internal sealed class StoredState(ITensorSource source, string namePrefix)
{
    private readonly HashSet<string> _unread = [.. source.Tensors.Keys.Where(name => name.StartsWith(namePrefix, StringComparison.Ordinal))];

    public bool Has(string name) => source.Tensors.ContainsKey(name);

    /// <summary>Copies a tensor into memory of its own.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="like">A tensor of its shape, type and device.</param>
    /// <returns>The caller's own.</returns>
    /// <exception cref="CheckpointFormatException">It isn't there, or its shape or type is another.</exception>
    public Tensor Read(string name, Tensor like)
    {
        if (!source.Tensors.TryGetValue(name, out var info))
        {
            throw Misfit($"has no tensor '{name}'");
        }

        using var stored = source.Read(name);
        if (stored.dtype != like.dtype || !info.Shape.SequenceEqual(like.shape))
        {
            throw Misfit($"has '{name}' as {stored.dtype} [{string.Join(", ", info.Shape)}], where {like.dtype} [{string.Join(", ", like.shape)}] is needed");
        }

        _unread.Remove(name);
        using var frozen = no_grad();
        return PlainMemory.CreateLike(like).copy_(stored);
    }

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="CheckpointFormatException">It isn't there, or is no whole number.</exception>
    public long ReadCount(string name)
    {
        using var form = empty([], ScalarType.Int64);
        using var stored = Read(name, form);
        return stored.item<long>();
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="CheckpointFormatException">There is a tensor that nobody read.</exception>
    public void Finish()
    {
        if (_unread.Order(StringComparer.Ordinal).FirstOrDefault() is { } name)
        {
            throw Misfit($"has a tensor '{name}', which this run has no use for");
        }
    }

    private CheckpointFormatException Misfit(string what) =>
        new($"'{source.Location}' {what}: it is the state of a run with other models or other options. Resume with those, or start anew.");
}
