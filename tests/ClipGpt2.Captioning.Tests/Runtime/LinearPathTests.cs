using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Runtime;

public sealed class LinearPathTests
{
    [Fact]
    public void A_way_that_is_wrong_for_some_rows_on_this_machine_is_dropped_from_each_layer()
    {
        using var scope = NewDisposeScope();
        var original = new OriginalWeight(randn(100, 48), null, InputRows: false);
        var path = new WrongPath(wrongRows: 5);
        var (product, fault) = path.Prove(original, new ComputeOptions(), KernelPath.Auto);
        using (product)
        {
            Assert.True(Assert.IsType<WrongProduct>(product).IsDropped);
            Assert.Contains("rows: with 5 rows", fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_way_that_is_right_stays()
    {
        using var scope = NewDisposeScope();
        var original = new OriginalWeight(randn(100, 48), null, InputRows: false);
        var (product, fault) = new WrongPath(wrongRows: 1000).Prove(original, new ComputeOptions(), KernelPath.Auto);
        using (product)
        {
            Assert.False(Assert.IsType<WrongProduct>(product).IsDropped);
            Assert.Null(fault);
        }
    }

    private sealed class WrongPath(int wrongRows) : LinearPath("a path", KernelPath.Packed)
    {
        protected override LinearProduct Build(OriginalWeight original, ComputeOptions compute, KernelPath wanted) => new WrongProduct(original, wrongRows);
    }

    /// <summary>Right over tensors, and over plain memory but for one number of rows.</summary>
    private sealed class WrongProduct(OriginalWeight original, int wrongRows) : LinearProduct
    {
        private readonly ManagedLinear _right = new(original.Weight, original.Bias, ScalarType.Float32);

        public bool IsDropped { get; private set; }

        public override Tensor? Bias => _right.Bias;

        public override int MaxPlainRows => 8;

        public override IEnumerable<ProductWay> Ways =>
            [TensorWay("tensors", WeightFormat.Float32, ScalarType.Float32, CPU, Forward), RowWay("rows", WeightFormat.Float32, original.Outputs, () => IsDropped = true)];

        public override Tensor Forward(Tensor x) => _right.Forward(x);

        public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
        {
            _right.Forward(x, rows, y, accumulate);
            y[^1] += rows == wrongRows ? 1 : 0;
        }

        public override void Dispose() => _right.Dispose();
    }
}
