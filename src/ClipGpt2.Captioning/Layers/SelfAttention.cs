using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Scaled dot-product attention of a sequence over itself, with several heads.</summary>
/// <remarks>Rows [B * T, H] in and out. Safe from any number of threads.</remarks>
internal sealed class SelfAttention
{
    private readonly IReadOnlyList<Linear> _inputs;
    private readonly Linear _output;
    private readonly int _heads;

    /// <summary>Creates the attention out of layers that stay their owner's.</summary>
    /// <param name="inputs">One or more layers whose outputs, side by side, are queries, keys and values (each H).</param>
    /// <param name="output">What mixes the heads: H to H.</param>
    /// <param name="heads">The number of heads.</param>
    public SelfAttention(IReadOnlyList<Linear> inputs, Linear output, int heads)
    {
        _inputs = inputs;
        _output = output;
        _heads = heads;
    }

    /// <summary>The attention's output plus <paramref name="residual"/>.</summary>
    public Tensor ForwardAdd(Tensor x, Tensor residual, Sequences sequences)
    {
        using var context = Attend(x, sequences);
        return _output.ForwardAdd(context, residual);
    }

    /// <summary>The same for the first position of each sequence only; the queries must have a layer of their own.</summary>
    /// <param name="x">[B * T, H].</param>
    /// <param name="residual">[B, H].</param>
    /// <param name="sequences">How the rows form sequences, without mask.</param>
    /// <returns>[B, H].</returns>
    public Tensor ForwardAddFirst(Tensor x, Tensor residual, Sequences sequences)
    {
        using var context = AttendFirst(x, sequences);
        return _output.ForwardAdd(context, residual);
    }

    /// <summary>What the first position of each sequence finds, before its heads are mixed; the queries must have a layer of their own.</summary>
    /// <param name="x">[B * T, H].</param>
    /// <param name="sequences">How the rows form sequences, without mask.</param>
    /// <returns>[B, H].</returns>
    public Tensor AttendFirst(Tensor x, Sequences sequences)
    {
        using var scope = NewDisposeScope();
        var first = FirstRows(x, sequences);                                    // [B, H]
        var query = SplitHeads(_inputs[0].Forward(first), sequences.Batch, 1);  // [B, heads, 1, H / heads]
        var keysAndValues = Project(x, _inputs.Skip(1));
        var context = ScaledAttention.Attend(
            query,
            SplitHeads(keysAndValues[0], sequences.Batch, sequences.Length),
            SplitHeads(keysAndValues[1], sequences.Batch, sequences.Length));
        return MergeHeads(context).MoveToOuterDisposeScope();
    }

    /// <summary>The first row of each sequence: [B * T, H] to [B, H].</summary>
    public static Tensor FirstRows(Tensor x, Sequences sequences)
    {
        using var grouped = x.view(sequences.Batch, sequences.Length, x.shape[1]);
        using var first = grouped.select(1, 0);
        return first.contiguous();
    }

    private Tensor Attend(Tensor x, Sequences sequences)
    {
        using var scope = NewDisposeScope();
        var parts = Project(x, _inputs)
            .Select(part => SplitHeads(part, sequences.Batch, sequences.Length))    // [B, heads, T, H / heads]
            .ToArray();
        var context = ScaledAttention.Attend(parts[0], parts[1], parts[2], sequences.Mask, sequences.Causal);
        return MergeHeads(context).MoveToOuterDisposeScope();
    }

    /// <summary>The layers' outputs, cut into parts of H columns.</summary>
    private Tensor[] Project(Tensor x, IEnumerable<Linear> layers) =>
        [.. layers.SelectMany(layer => layer.Forward(x).chunk(layer.OutFeatures / _output.InFeatures, -1))];

    private Tensor SplitHeads(Tensor rows, long batch, long length) =>
        rows.view(batch, length, _heads, rows.shape[1] / _heads).transpose(1, 2);

    /// <summary>[B, heads, T, H / heads] to rows [B * T, H].</summary>
    private static Tensor MergeHeads(Tensor context)
    {
        var (batch, heads, length, size) = (context.shape[0], context.shape[1], context.shape[2], context.shape[3]);
        return context.transpose(1, 2).reshape(batch * length, heads * size);
    }
}
