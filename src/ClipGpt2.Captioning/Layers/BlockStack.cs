using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>One block of a transformer encoder.</summary>
internal interface ITransformerBlock
{
    /// <summary>Rows [B * T, H] to rows [B * T, H].</summary>
    Tensor Forward(Tensor x, Sequences sequences);
}

/// <summary>Sends rows through transformer blocks.</summary>
internal static class BlockStack
{
    /// <summary>Runs all blocks; each output is released as soon as the next one has read it, unless it is kept.</summary>
    /// <param name="blocks">The blocks in order.</param>
    /// <param name="x">The embeddings' output [B * T, H], which this releases or keeps.</param>
    /// <param name="sequences">How the rows form sequences.</param>
    /// <param name="kept">Gets <paramref name="x"/> and each block's output; null to keep none.</param>
    /// <returns>The last block's output.</returns>
    public static Tensor Forward(this IEnumerable<ITransformerBlock> blocks, Tensor x, Sequences sequences, List<Tensor>? kept = null)
    {
        kept?.Add(x);
        foreach (var block in blocks)
        {
            var next = block.Forward(x, sequences);
            if (kept is null)
            {
                x.Dispose();
            }

            kept?.Add(next);
            x = next;
        }

        return x;
    }
}
