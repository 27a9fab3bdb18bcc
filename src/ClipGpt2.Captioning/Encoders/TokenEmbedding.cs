using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>The first step of a text tower whose positions are counted by columns.</summary>
internal static class TokenEmbedding
{
    /// <summary>Each token's vector plus its column's.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="tokens">[V, H].</param>
    /// <param name="positions">[positions, H].</param>
    /// <returns>Rows [B * T, H].</returns>
    public static Tensor Forward(TokenIds ids, Tensor tokens, Tensor positions)
    {
        using var scope = NewDisposeScope();
        var vectors = tokens.index_select(0, ids.ToTensor(tokens.device)).view(ids.Batch, ids.Length, -1);
        return vectors.Plus(positions.narrow(0, 0, ids.Length)).view((long)ids.Batch * ids.Length, -1).MoveToOuterDisposeScope();
    }
}
