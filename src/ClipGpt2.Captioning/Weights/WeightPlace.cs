using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Where a form of stored weights has one that a model asks for.</summary>
/// <param name="Name">The stored tensor.</param>
/// <param name="Part">Which part of its rows the weight is, counted from 0.</param>
/// <param name="Parts">Into how many equal parts the rows are cut; 1 if the weight is all of them.</param>
/// <param name="IsTurned">Whether the matrix is stored the other way round, to be used as x @ W.</param>
internal readonly record struct WeightPlace(string Name, int Part = 0, int Parts = 1, bool IsTurned = false)
{
    /// <summary>The shape that the stored tensor must have for a weight of the given one.</summary>
    public long[] StoredShape(ReadOnlySpan<long> shape) => shape switch
    {
        [var rows, var columns] when IsTurned => [columns, rows],
        [var rows, .. var rest] => [rows * Parts, .. rest],
        _ => [],
    };

    /// <summary>The shape of the weight in a stored tensor of the given one, or null if the tensor can't hold it.</summary>
    public long[]? Shape(IReadOnlyList<long> stored) => stored switch
    {
        [var rows, var columns] when IsTurned => [columns, rows],
        _ when IsTurned => null,
        _ when Parts == 1 => [.. stored],
        [var rows, ..] when rows % Parts == 0 => [rows / Parts, .. stored.Skip(1)],
        _ => null,
    };

    /// <summary>The weight out of the stored tensor, whose memory it may share: contiguous.</summary>
    public Tensor Cut(Tensor stored)
    {
        using var scope = NewDisposeScope();
        var cut = IsTurned ? stored.t().contiguous()
            : Parts > 1 ? stored.narrow(0, stored.shape[0] / Parts * Part, stored.shape[0] / Parts)
            : stored.alias();
        return cut.MoveToOuterDisposeScope();
    }

    /// <summary>The stored tensor out of all its parts in order: the reverse of <see cref="Cut"/>.</summary>
    public Tensor Join(IReadOnlyList<Tensor> parts)
    {
        using var scope = NewDisposeScope();
        var joined = IsTurned ? parts[0].t().contiguous() : Parts > 1 ? cat([.. parts], 0) : parts[0].alias();
        return joined.MoveToOuterDisposeScope();
    }
}
