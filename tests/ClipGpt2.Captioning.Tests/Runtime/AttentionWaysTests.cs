using ClipGpt2.Captioning.Runtime;
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
        foreach (var (queries, keys, size) in new[] { (5, 5, 8), (1, 9, 64), (17, 33, 72), (131, 131, 1), (64, 64, 64) })
        {
            // Cut out of larger ones, as heads are.
            Tensor Parts(int positions) => randn(2, positions, 3, size).transpose(1, 2);
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

    [Fact]
    public void Few_rows_of_float32_go_through_managed_code_and_others_through_libtorch()
    {
        using var scope = NewDisposeScope();
        var isManaged = LoadTorch.Kernels is KernelPath.Auto or KernelPath.Packed && TorchRuntime.Waiting!.LeavesCores && PackedLayout.Of(ScalarType.Float32) is not null;
        var most = PackedLayout.Of(ScalarType.Float32)?.Width == PanelWeight.Narrow ? 40 : 400;
        Assert.Equal(isManaged, FewRows.Are(zeros(1), most));
        Assert.False(FewRows.Are(zeros(1), most + 1));
        Assert.False(FewRows.Are(zeros(1, ScalarType.BFloat16), 1));
        Assert.False(FewRows.Are(zeros(1).requires_grad_(true), 1));
    }

    [Fact]
    public void Norms_of_few_rows_are_those_of_many()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        const int most = 400;
        foreach (var size in new[] { 768, 21, 3 })
        {
            var x = randn(most + 1, size).mul_(3f.ToScalar()).add_(1f.ToScalar());
            using var norm = new LayerNorm(randn(size), randn(size), 1e-5, new ComputeOptions());
            Assert.True(norm.Forward(x.narrow(0, 1, most)).allclose(norm.Forward(x).narrow(0, 1, most), rtol: 1e-5, atol: 1e-5));
            Assert.True(norm.Forward(x.narrow(0, 0, 4).t().contiguous().t()).allclose(norm.Forward(x).narrow(0, 0, 4), rtol: 1e-5, atol: 1e-5));
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
        Assert.True(PanelAttention.Attend(query, key, value, mask, 0, causal).allclose(expected, rtol: 0, atol: 1e-5));
    }
}
