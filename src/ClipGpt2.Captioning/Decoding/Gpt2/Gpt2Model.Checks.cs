using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <content>What is refused: libtorch's own answer to these would name no cause, or read beyond its memory.</content>
public sealed partial class Gpt2Model
{
    internal Tensor CheckPrefix(Tensor prefix) => prefix.dim() == 3 && prefix.shape[2] == HiddenSize && prefix.is_floating_point()
        ? prefix
        : throw new CaptioningException(
            $"The prefix is {prefix.dtype} [{string.Join(", ", prefix.shape)}]; this GPT-2 reads floating-point vectors [B, P, {HiddenSize}].");

    internal Tensor CheckStates(Tensor states) => states.dim() == 3 && states.shape[1] > 0 && states.shape[2] == Config.CrossAttentionSize && states.is_floating_point()
        ? states
        : throw new CaptioningException(
            $"What the text is to look at is {states.dtype} [{string.Join(", ", states.shape)}]; the cross-attention of this GPT-2 reads floating-point vectors [B, T, {Config.CrossAttentionSize}].");

    /// <summary>What cross-attention reads in a pass over so many rows, in the type and place of the hidden states; null for a model that has none.</summary>
    private Tensor? StatesFor(long rows, Tensor? states) => (Config.AddCrossAttention, states) switch
    {
        (false, null) => null,
        (false, _) => throw new CaptioningException("GPT-2 was given an encoder's states, and this one has no cross-attention to read them by: its configuration doesn't set add_cross_attention."),
        (true, null) => throw new CaptioningException("GPT-2 was given no encoder's states, which this one reads by cross-attention: set Gpt2Input.EncoderStates."),
        (true, { } given) => CheckStates(given).shape[0] == rows
            ? given.to(Compute.HiddenType(), _tokens.device)
            : throw new CaptioningException($"The encoder's states are of {given.shape[0]} images, and the text has {rows} rows: give one image for each row."),
    };

    internal void CheckLength(long length)
    {
        if (length > MaxPositions)
        {
            throw new CaptioningException($"The text takes {length} positions with its prefix, and this GPT-2 has {MaxPositions}: shorten the prefix, the prompt or the new tokens.");
        }

        if (length == 0)
        {
            throw new CaptioningException("GPT-2 was given nothing to read: the prefix is empty and no token follows it.");
        }
    }

    internal static Tensor? CheckMask(Tensor? mask, long rows, long columns) => mask is null || mask.shape.AsSpan().SequenceEqual([rows, columns])
        ? mask
        : throw new CaptioningException($"The attention mask is [{string.Join(", ", mask.shape)}]; for this input it must be [{rows}, {columns}].");

    private static void CheckIds(Tensor ids, int count, string kind)
    {
        if (ids.dtype != ScalarType.Int64)
        {
            throw new CaptioningException($"The {kind} ids are {ids.dtype}; they must be Int64.");
        }

        if (ids.numel() == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (least, most) = (ids.min().item<long>(), ids.max().item<long>());
        if (least < 0 || most >= count)
        {
            throw new CaptioningException($"The {kind} ids go from {least} to {most}; this GPT-2 has those from 0 to {count - 1}.");
        }
    }
}
