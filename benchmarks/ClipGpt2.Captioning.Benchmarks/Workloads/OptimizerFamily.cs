using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Adam's step on the weights that the seed trains with 10 of 12 blocks frozen, beside the same in libtorch's operators.</summary>
internal static class OptimizerFamily
{
    private const double LearningRate = 1e-4;

    // Weight, gradient and two moments are read, and all but the gradient written.
    private const double BytesOfWeight = 7 * sizeof(float);

    private static readonly long[][] Block =
        [[768], [768], [2304, 768], [2304], [768, 768], [768], [768], [768], [3072, 768], [3072], [768, 3072], [768]];

    private static readonly long[][] Shapes = [[50257, 768], [1024, 768], .. Block, .. Block, [768], [768], [3840, 512], [3840]];

    public static IEnumerable<Workload> Workloads()
    {
        using var ours = new Weights();
        using var theirs = new Weights();
        using var optimizer = Optimizer.Create(new OptimizationOptions(), ours.All, LearningRate);
        using var reference = optim.Adam(theirs.All.Select(weight => (Parameter)weight.Weight), LearningRate);
        yield return new Workload($"Adam, {ours.Count / 1e6:F1} M weights", Unit.Milliseconds(), new Variant(new Contender("", () => optimizer.Step(rateFactor: 1)), Limit(ours.Count)))
        {
            Peer = new Peer(new Contender("torch.optim.Adam", () => reference.step())),
            Begin = () =>
            {
                optimizer.Step(rateFactor: 1);
                reference.step();
                Agreement.Require("The first weight after a step", Runtime.Precision.Float32, theirs.First(), ours.First());
            },
        };
    }

    private static Roofline Limit(long weights) => new(Reduced: false, new Phase(Flops: 0, BytesOfWeight * weights));

    /// <summary>Random weights with gradients.</summary>
    private sealed class Weights : IDisposable
    {
        public Weights()
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(1);
            All = [.. Shapes.Select((shape, i) => new TrainedWeight($"{i}", new Parameter(randn(shape, generator: generator)).DetachFromDisposeScope(), PartKind.Decoder))];
            foreach (var (_, weight, _) in All)
            {
                weight.grad = randn(weight.shape, generator: generator);
            }
        }

        public IReadOnlyList<TrainedWeight> All { get; }

        public long Count => All.Sum(weight => weight.Weight.numel());

        public float[] First()
        {
            using var plain = All[0].Weight.detach();
            return plain.data<float>().ToArray();
        }

        public void Dispose()
        {
            foreach (var (_, weight, _) in All)
            {
                weight.Dispose();
            }
        }
    }
}
