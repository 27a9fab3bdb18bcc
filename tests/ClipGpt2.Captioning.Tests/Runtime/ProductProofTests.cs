using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class ProductProofTests
{
    [Theory]
    [InlineData(100, 48, false)]
    [InlineData(514, 37, true)]
    [InlineData(768, 768, true)]
    [InlineData(50257, 16, false)]
    public void Every_output_of_the_last_block_is_looked_at(int outputs, int inputs, bool inputRows)
    {
        using var scope = NewDisposeScope();
        var weight = randn(outputs, inputs);
        var original = new OriginalWeight((inputRows ? weight.t() : weight).contiguous(), randn(outputs), inputRows);
        Assert.Null(ProductProof.Check(Way(weight, original.Bias!, _ => { }), original));

        var tail = outputs % 64 == 0 ? 24 : outputs % 64;
        foreach (var wrong in Enumerable.Range(0, 16).Concat(Enumerable.Range(outputs - tail, tail)))
        {
            Assert.Contains($"output {wrong} of {outputs}", ProductProof.Check(Way(weight, original.Bias!, y => y[wrong] += 0.01f), original), StringComparison.Ordinal);
            Assert.NotNull(ProductProof.Check(Way(weight, original.Bias!, y => y[wrong] = float.NaN), original));
        }
    }

    [Fact]
    public void Each_input_counts()
    {
        using var scope = NewDisposeScope();
        var weight = randn(65, 37);
        var original = new OriginalWeight(weight, null, InputRows: false);
        for (var input = 0; input < 37; input++)
        {
            var garbled = weight.clone();
            garbled[64, input] = zeros([]);
            Assert.NotNull(ProductProof.Check(Way(garbled, zeros(65), _ => { }), original));
        }
    }

    [Fact]
    public void What_is_no_number_in_the_file_is_none_in_the_product()
    {
        using var scope = NewDisposeScope();
        var weight = randn(70, 16);
        weight[3, 5] = tensor(float.NaN);
        weight[69, 2] = tensor(float.PositiveInfinity);
        var original = new OriginalWeight(weight, null, InputRows: false);
        Assert.Null(ProductProof.Check(Way(weight, zeros(70), _ => { }), original));
        Assert.NotNull(ProductProof.Check(Way(weight, zeros(70), y => y[3] = 1), original));
    }

    [Fact]
    public void Rows_have_factors_of_their_own()
    {
        using var scope = NewDisposeScope();
        var weight = randn(65, 37);
        var original = new OriginalWeight(weight, null, InputRows: false);
        Assert.Null(ProductProof.Check(Way(weight, zeros(65), _ => { }), original, rows: 3));
        Assert.Contains("with 3 rows", ProductProof.Check(Way(weight, zeros(65), y => y[(2 * 65) + 64] += 0.01f), original, rows: 3), StringComparison.Ordinal);
        Assert.DoesNotContain(0, ProductProof.Inputs(1000, row: 0));
        Assert.NotEqual(ProductProof.Inputs(20, row: 0), ProductProof.Inputs(20, row: 1));
    }

    private static ProductWay Way(Tensor weight, Tensor bias, Action<float[]> spoil) => new("plain", WeightFormat.Float32, WeightFormat.Float32, (x, rows) =>
    {
        using var y = nn.functional.linear(tensor(x).view(rows, -1), weight, bias);
        var values = y.data<float>().ToArray();
        spoil(values);
        return values;
    });
}
