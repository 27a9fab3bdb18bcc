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
