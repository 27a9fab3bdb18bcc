using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Scaled dot-product attention with several heads, of sequences over themselves, in a decoder over what came before, or over other sequences.</summary>
/// <remarks>Rows [B * T, H] in and out, which may be grouped as [B, T, H]. The layers stay their owner's. Safe from any number of threads.</remarks>
/// <param name="inputs">One or more layers whose outputs, side by side, are queries, keys and values (each H).</param>
/// <param name="output">What mixes the heads: H to H.</param>
/// <param name="heads">The number of heads.</param>
internal sealed class Attention(IReadOnlyList<Linear> inputs, Linear output, int heads)
{
    public IReadOnlyList<Linear> Inputs => inputs;

    public Linear Output => output;

    public int Heads => heads;

    public int HeadSize => output.InFeatures / heads;

    /// <summary>What query-key products are multiplied by.</summary>
    /// <value>The default is the root of a head's size, inverted.</value>
    public double Scale { get; init; } = 1 / Math.Sqrt((double)output.InFeatures / heads);

    /// <summary>The share of the attention's weights that drops out in training.</summary>
    public double WeightDropout { get; init; }

    /// <summary>The share of the output that drops out in training.</summary>
    public double OutputDropout { get; init; }

    /// <summary>Loads an encoder's attention.</summary>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="names">What their names begin with.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="queriesApart">Whether the queries get a product of their own.</param>
    public static Attention Load(LayerLoader layers, BlockNames names, TransformerConfig config, bool queriesApart = false)
    {
        var size = config.HiddenSize;
        IReadOnlyList<Linear> inputs = queriesApart
            ? [layers.Linear(names.Query, size, size, config.QkvBias), .. layers.Fused([names.Key, names.Value], size, size, config.QkvBias)]
            : layers.Fused([names.Query, names.Key, names.Value], size, size, config.QkvBias);
        return new(inputs, layers.Linear(names.Mix, size, size), config.Heads);
    }

    /// <summary>The attention's output plus <paramref name="residual"/>.</summary>
    /// <param name="x">[B * T, H], what queries, keys and values are made of.</param>
    /// <param name="residual">[B * T, H].</param>
    /// <param name="sequences">How the rows form sequences, and what they see.</param>
    /// <param name="context">What a decoder's block has besides; its <see cref="BlockContext.Present"/> is set.</param>
    /// <param name="dropout">The random zeros of a training pass, if any.</param>
    public Tensor ForwardAdd(Tensor x, Tensor residual, Sequences sequences, BlockContext? context = null, LayerDropout dropout = default)
    {
        using var found = Attend(x, sequences, context, dropout);
        return output.ForwardAdd(found, residual, dropout, OutputDropout);
    }

    /// <summary>The same for the first position of each sequence only; the queries must have a layer of their own.</summary>
    /// <param name="x">[B * T, H].</param>
    /// <param name="residual">[B, H].</param>
    /// <param name="sequences">How the rows form sequences, without mask.</param>
    /// <returns>[B, H].</returns>
    public Tensor ForwardAddFirst(Tensor x, Tensor residual, Sequences sequences)
    {
        using var found = AttendFirst(x, sequences);
        return output.ForwardAdd(found, residual);
    }

    /// <summary>What the first position of each sequence finds, before its heads are mixed; the queries must have a layer of their own.</summary>
    /// <param name="x">[B * T, H].</param>
    /// <param name="sequences">How the rows form sequences, without mask.</param>
    /// <returns>[B, H].</returns>
    public Tensor AttendFirst(Tensor x, Sequences sequences)
    {
        using var scope = NewDisposeScope();
        var query = SplitHeads(inputs[0].Forward(FirstRows(x, sequences)), sequences.Batch); // [B, heads, 1, H / heads]
        var (key, value) = KeysAndValues(x, sequences.Batch);
        return MergeHeads(Attend(query, key, value, new(sequences.Batch, 1))).MoveToOuterDisposeScope();
    }

    /// <summary>The keys and values of what is looked at, by all layers but the queries'.</summary>
    /// <param name="x">[B * S, He].</param>
    /// <param name="batch">B.</param>
    /// <param name="dropout">The random zeros for what adapters read, if any.</param>
    public KeyValue KeysAndValues(Tensor x, long batch, DropoutMasks? dropout = null)
    {
        using var scope = NewDisposeScope();
        var parts = Project(x, inputs.Skip(1), batch, dropout);
        return new KeyValue(parts[0], parts[1]).MoveToOuterDisposeScope();
    }

    /// <summary>What rows find in other sequences plus <paramref name="residual"/>; the queries must have a layer of their own.</summary>
    /// <param name="x">[B * T, H], what queries are made of.</param>
    /// <param name="residual">[B * T, H].</param>
    /// <param name="sequences">How the rows form sequences.</param>
    /// <param name="context">What is looked at.</param>
    /// <param name="dropout">The random zeros of a training pass, if any.</param>
    public Tensor ForwardAddBeside(Tensor x, Tensor residual, Sequences sequences, BlockContext context, LayerDropout dropout)
    {
        using var found = AttendBeside(x, sequences, context, dropout);
        return output.ForwardAdd(found, residual, dropout, OutputDropout);
    }

    /// <summary>The first row of each sequence: [B * T, H] to [B, H].</summary>
    public static Tensor FirstRows(Tensor x, Sequences sequences)
    {
        using var grouped = x.view(sequences.Batch, sequences.Length, x.shape[1]);
        using var first = grouped.select(1, 0);
        return first.contiguous();
    }

    private Tensor AttendBeside(Tensor x, Sequences sequences, BlockContext context, LayerDropout dropout)
    {
        using var scope = NewDisposeScope();
        var rows = inputs[0].Forward(x, dropout.Adapters);
        var (key, value) = context.Beside ?? KeysAndValues(context.States!, sequences.Batch, dropout.Adapters);
        var query = SplitHeads(context.Slots?.Spread(rows.flatten(0, -2)) ?? rows, key.shape[0]);
        var found = MergeHeads(Attend(query, key, value, new(key.shape[0], query.shape[2]), dropout.Layers));
        return (context.Slots?.Gather(found) ?? found).view(x.shape).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, Sequences sequences, BlockContext? context, LayerDropout dropout)
    {
        using var scope = NewDisposeScope();
        var parts = Project(x, inputs, sequences.Batch, dropout.Adapters);
        var (key, value) = (parts[1], parts[2]);
        if (context is not null)
        {
            context.Present = context.Past is null ? new KeyValue(key, value) : context.Past.Append(key, value);
            (key, value) = context.Present.MoveToOuterDisposeScope();
        }

        return MergeHeads(Attend(parts[0], key, value, sequences, dropout.Layers)).view(x.shape).MoveToOuterDisposeScope();
    }

    /// <summary>softmax(scale * q kᵀ) v over what is seen: all [B, heads, positions, head size].</summary>
    private Tensor Attend(Tensor query, Tensor key, Tensor value, Sequences sequences, DropoutMasks? dropout = null)
    {
        if (dropout is not null && WeightDropout > 0)
        {
            return ScaledAttention.AttendApart(query, key, value, sequences.Mask, sequences.Causal, Scale, weights => dropout.Apply(weights, WeightDropout));
        }

        // The fused kernel multiplies by 1 / sqrt(head size); TorchSharp has no argument for another scale.
        var extra = Scale * Math.Sqrt(HeadSize);
        return ScaledAttention.Attend(Math.Abs(extra - 1) < 1e-9 ? query : query.Times(extra), key, value, sequences.Mask, sequences.Causal);
    }

    /// <summary>The layers' outputs, cut into parts of H columns: each [B, heads, positions, head size].</summary>
    private Tensor[] Project(Tensor x, IEnumerable<Linear> layers, long batch, DropoutMasks? dropout = null) =>
        [.. layers.SelectMany(layer => layer.Forward(x, dropout).chunk(layer.OutFeatures / output.InFeatures, -1)).Select(part => SplitHeads(part, batch))];

    private Tensor SplitHeads(Tensor rows, long batch) => rows.view(batch, -1, heads, HeadSize).transpose(1, 2);

    /// <summary>[B, heads, positions, head size] to rows [B * positions, H].</summary>
    private Tensor MergeHeads(Tensor found) => found.transpose(1, 2).reshape(-1, output.InFeatures);
}
