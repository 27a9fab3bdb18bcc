using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

[Collection(nameof(CountsTensors))]
public sealed class OptimizationThreadTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Several_threads_give_what_one_gives(int threads)
    {
        var expected = Run();
        TorchRuntime.Configure(threads: threads);
        try
        {
            Assert.Equal(expected, Run());
        }
        finally
        {
            TorchRuntime.Configure(threads: 1);
        }
    }

    [Fact]
    public void No_tensor_outlives_its_use()
    {
        Run();
        var before = CountsTensors.Settled();
        Run();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void Steps_leave_as_many_tensors_as_the_first()
    {
        using var weights = new RandomWeights(seed: 1);
        using var optimizer = Optimizer.Create(new() { AmsGrad = true }, weights.All, learningRate: 0.1);
        using var average = new WeightAverage(weights.All, decay: 0.9);
        Step(weights, optimizer, average);
        var before = CountsTensors.Settled();
        for (var step = 0; step < 20; step++)
        {
            Step(weights, optimizer, average);
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    /// <summary>All that a step can be made of, by each rule: the weights and norms that it leaves.</summary>
    private static List<double> Run()
    {
        var results = new List<double>();
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            using var weights = new RandomWeights(seed: 5);
            using var optimizer = Optimizer.Create(new() { Optimizer = kind, Momentum = 0.9, WeightDecay = 0.1 }, weights.All, learningRate: 0.1);
            using var average = new WeightAverage(weights.All, decay: 0.9);
            for (var step = 0; step < 3; step++)
            {
                results.Add(Step(weights, optimizer, average));
                results.Add(GradientClipping.Norm(weights.All, double.PositiveInfinity));
                GradientClipping.ByValue(weights.All, 0.01);
            }

            results.AddRange(weights.Values().Select(value => (double)value));
            using (average.Apply())
            {
                results.AddRange(weights.Values().Select(value => (double)value));
            }
        }

        return results;
    }

    private static double Step(RandomWeights weights, Optimizer optimizer, WeightAverage average)
    {
        weights.DrawGradients();
        var norm = GradientClipping.ByNorm(weights.All, maxNorm: 1);
        optimizer.Step(rateFactor: 1);
        average.Update();
        return norm;
    }
}
