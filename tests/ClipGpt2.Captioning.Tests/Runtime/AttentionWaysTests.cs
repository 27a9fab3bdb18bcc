using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class AttentionWaysTests
{
    [Fact]
    public void Managed_attention_is_libtorchs()
    {
        using var scope = NewDisposeScope();
        foreach (var (queries, keys) in new[] { (5, 5), (1, 9), (17, 33) })
        {
            // Cut out of larger ones, as heads are.
            Tensor Parts(int positions) => randn(2, positions, 3, 8).transpose(1, 2);
            var (query, key, value) = (Parts(queries), Parts(keys), Parts(keys));
            var visible = rand(2, 1, queries, keys) > 0.3f;
            visible.select(3, 0).fill_(true);
            foreach (var mask in new[] { null, visible, randn(2, 1, 1, keys) })
            {
                AssertSame(query, key, value, mask, causal: false);
            }

            if (queries == keys)
            {
                AssertSame(query, key, value, null, causal: true);
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_wrong_way_is_noticed(ScalarType type)
    {
        Assert.Null(AttentionProof.Check((q, k, v, mask, causal) => nn.functional.scaled_dot_product_attention(q, k, v, mask, 0, causal), type, DeviceType.CPU));
        Assert.Contains("Causal", AttentionProof.Check((q, k, v, mask, _) => nn.functional.scaled_dot_product_attention(q, k, v, mask), type, DeviceType.CPU), StringComparison.Ordinal);
        Assert.Contains("Masked", AttentionProof.Check((q, k, v, _, causal) => nn.functional.scaled_dot_product_attention(q, k, v, is_casual: causal), type, DeviceType.CPU), StringComparison.Ordinal);
        Assert.Contains("Open", AttentionProof.Check((q, k, v, mask, causal) => nn.functional.scaled_dot_product_attention(q, v, v, mask, 0, causal), type, DeviceType.CPU), StringComparison.Ordinal);
    }

    [Fact]
    public void The_chosen_way_takes_masks_of_both_kinds()
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = (randn(2, 3, 4, 8), randn(2, 3, 4, 8), randn(2, 3, 4, 8));
        var visible = ones(4, 4, ScalarType.Bool).tril().view(1, 1, 4, 4);
        var expected = nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true);
        Assert.True(ScaledAttention.Attend(query, key, value, visible).allclose(expected, rtol: 0, atol: 1e-5));
        Assert.True(ScaledAttention.Attend(query, key, value, causal: true).allclose(expected, rtol: 0, atol: 1e-5));
    }

    private static void AssertSame(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal)
    {
        var expected = nn.functional.scaled_dot_product_attention(query, key, value, mask, 0, causal);
        Assert.True(ManagedAttention.Attend(query, key, value, mask, 0, causal).allclose(expected, rtol: 0, atol: 1e-5));
    }
}
