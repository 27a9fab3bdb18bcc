using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <content>The whole pass, for training and scoring.</content>
public sealed partial class Gpt2Model
{
    /// <summary>Runs the model over given positions.</summary>
    /// <remarks>
    /// With <see cref="Runtime.ComputeOptions.Trainable"/> gradients flow to the weights and the input wherever autograd records; a model for
    /// inference records none. The result is right for real positions only: what padding gets is undefined.
    /// </remarks>
    /// <param name="input">What to read.</param>
    /// <returns>Logits, and what else was asked for; the caller's own.</returns>
    /// <exception cref="CaptioningException">
    /// There is nothing to read, sizes don't fit together or to the model, a token id is outside of the vocabulary, or the positions are more
    /// than <see cref="MaxPositions"/>.
    /// </exception>
    internal Gpt2Output Forward(Gpt2Input input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var frozen = Compute.Trainable ? null : no_grad();
        using var scope = NewDisposeScope();
        var past = input.Past is { Count: > 0 } ? input.Past[0].Key.shape[2] : 0;
        var states = new List<Tensor>();
        var present = new List<KeyValue>();
        var logits = Scores(input, past, input.WithHiddenStates ? states : null, input.WithPresent ? present : null).to(ScalarType.Float32);
        return new Gpt2Output(logits.MoveToOuterDisposeScope(), states, present);
    }

    /// <summary>The logits alone, in the type in which the head computes them: they are the largest thing in a training step.</summary>
    /// <returns>[N, V]; the caller's own, who may overwrite them: gradients don't need them.</returns>
    internal Tensor ProductLogits(Gpt2Input input)
    {
        using var scope = NewDisposeScope();
        return Scores(input, past: 0, null, null).MoveToOuterDisposeScope();
    }

    /// <summary>[B, T, V], or [N, V] for chosen positions.</summary>
    private Tensor Scores(Gpt2Input input, long past, List<Tensor>? states, List<KeyValue>? present)
    {
        var x = EmbedInput(input, past); // [B, T, H]
        var beside = StatesFor(x.shape[0], input.EncoderStates);
        var attentionMask = CheckMask(input.AttentionMask, x.shape[0], past + x.shape[1]);
        x = RunBlocks(x, past, attentionMask, i => new() { Past = input.Past?[i], Dropout = input.Dropout, States = beside }, states, present);
        return Head(Chosen(x, input.Outputs));
    }

    /// <summary>Runs new positions over caches that keep their own memory; only the last position meets the vocabulary.</summary>
    /// <param name="input">The new positions.</param>
    /// <param name="past">The number of positions in the caches.</param>
    /// <param name="contexts">What each block has besides.</param>
    /// <returns>float32 [B, V].</returns>
    internal Tensor Continue(Gpt2Input input, long past, Func<int, BlockContext> contexts)
    {
        using var scope = NewDisposeScope();
        var x = RunBlocks(EmbedInput(input, past), past, input.AttentionMask, contexts, null, null);
        var last = x.select(1, x.shape[1] - 1).contiguous(); // [B, H]
        return Head(last).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>All blocks and the last norm: [B, T, H] to the same.</summary>
    private Tensor RunBlocks(
        Tensor x,
        long past,
        Tensor? attentionMask,
        Func<int, BlockContext> contexts,
        List<Tensor>? states,
        List<KeyValue>? present)
    {
        var sequences = CausalMask.Of(x.shape[0], past, x.shape[1], attentionMask, x.device);
        for (var i = 0; i < _blocks.Length; i++)
        {
            // What a block has read isn't needed any more once it has run: where gradients flow, autograd holds what it needs itself.
            using var entering = x;
            states?.Add(x.alias().MoveToOuterDisposeScope());
            var context = contexts(i);
            x = _blocks[i].Forward(x, sequences, context);
            if (present is null)
            {
                context.Present!.Dispose();
            }
            else
            {
                present.Add(context.Present!.MoveToOuterDisposeScope());
            }
        }

        x = _norm.Forward(x);
        states?.Add(x.alias().MoveToOuterDisposeScope());
        return x;
    }

    /// <summary>The keys and values that each block's cross-attention makes of an encoder's states [B, S, He]; none for a model that has none.</summary>
    internal IReadOnlyList<KeyValue> KeysAndValues(Tensor? states)
    {
        if (states is null)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var placed = states.to(Compute.HiddenType(), _tokens.device);
        return [.. _blocks.Select(block => block.Cross!.Attention.KeysAndValues(placed, placed.shape[0]).MoveToOuterDisposeScope())];
    }

    /// <summary>The scores [..., V]. What trains must use the embedding itself, for its gradient has both parts.</summary>
    private Tensor Head(Tensor x)
    {
        if (_trainedHead is null)
        {
            return _head.Forward(x);
        }

        using var scope = NewDisposeScope();
        return nn.functional.linear(x.to_type(Compute.ProductType()), _trainedHead.ForProduct()).MoveToOuterDisposeScope();
    }

    /// <summary>The hidden states [N, H] of chosen positions, or all of them.</summary>
    private static Tensor Chosen(Tensor x, Tensor? positions) =>
        positions is null ? x : x.flatten(0, 1).index_select(0, positions.to(x.device));

    /// <summary>Vectors and tokens, one after the other, with their positions: [B, T, H].</summary>
    private Tensor EmbedInput(Gpt2Input input, long past)
    {
        using var scope = NewDisposeScope();
        var content = EmbedContent(input);
        var x = content.Plus(EmbedPositions(input, content, past));
        return (DropsEmbeddings(input.Dropout) ? input.Dropout!.Apply(x, Config.EmbeddingDropout) : x).MoveToOuterDisposeScope();
    }

    private bool DropsEmbeddings(DropoutMasks? dropout) => dropout is not null && (dropout.InFrozenParts || _tokens.requires_grad);

    private Tensor EmbedContent(Gpt2Input input)
    {
        var prefix = input.Embeddings is null ? null : CheckPrefix(input.Embeddings).to(Compute.HiddenType(), _tokens.device);
        return (prefix, input.TokenIds) switch
        {
            (null, null) => throw new CaptioningException("GPT-2 was given nothing to read: neither embeddings nor token ids."),
            (null, { } ids) => Lookup(ids),
            ({ } vectors, null) => vectors,
            ({ } vectors, { } ids) => ids.dim() == 2 && ids.shape[0] == vectors.shape[0]
                ? cat([vectors, Lookup(ids)], dim: 1)
                : throw new CaptioningException($"The token ids are [{string.Join(", ", ids.shape)}]; after a prefix of {vectors.shape[0]} rows they must be [{vectors.shape[0]}, T]."),
        };
    }

    private Tensor EmbedPositions(Gpt2Input input, Tensor x, long past)
    {
        CheckLength(past + x.shape[1]);
        if (input.PositionIds is null)
        {
            return _positions.narrow(0, past, x.shape[1]); // [T, H]
        }

        CheckIds(input.PositionIds, MaxPositions, "position");
        return Rows(_positions, input.PositionIds); // [B or 1, T, H]
    }

    private Tensor Lookup(Tensor tokenIds)
    {
        CheckIds(tokenIds, VocabularySize, "token");
        return Rows(_tokens, tokenIds);
    }

    /// <summary>The rows [..., H] of an embedding [count, H] that ids [...] name.</summary>
    private static Tensor Rows(Tensor embedding, Tensor ids) =>
        embedding.index_select(0, ids.to(embedding.device).flatten()).view([.. ids.shape, embedding.shape[1]]);
}
