using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Adam's step on the weights that the reference program trains with 10 of 12 blocks frozen, beside the same in libtorch's operators.</summary>
internal static class OptimizerFamily
{
    private const double LearningRate = 1e-4;

    // Weight, gradient and two moments are read, and all but the gradient written.
    private const double BytesOfWeight = 7 * sizeof(float);

    private static readonly long[][] Block =
        [[768], [768], [2304, 768], [2304], [768, 768], [768], [768], [768], [3072, 768], [3072], [768, 3072], [768]];

    private static readonly long[][] Shapes = [[50257, 768], [1024, 768], .. Block, .. Block, [768], [768], [3840, 512], [3840]];

    private static readonly long Count = Shapes.Sum(shape => shape.Aggregate((a, b) => a * b));

    private static readonly Roofline Limit = new(Reduced: false, new Phase(Flops: 0, BytesOfWeight * Count));

    public static Workload Adam()
    {
        Sides? sides = null;
        return new Workload($"Adam, {Count / 1e6:F1} M weights", Unit.Milliseconds(), new Variant(new Contender("", () => sides!.StepOurs()), Limit))
        {
            Peer = new Peer(new Contender("torch.optim.Adam", () => sides!.StepTheirs())),
            Begin = () =>
            {
                sides = new Sides();
                sides.StepOurs();
                sides.StepTheirs();
                Agreement.Require("The first weight after a step", Runtime.Precision.Float32, sides.Theirs.First(), sides.Ours.First());
            },
            End = () => sides?.Dispose(),
        };
    }

    /// <summary>Ours and the peer's, each with weights of its own.</summary>
    private sealed class Sides : IDisposable
    {
        private readonly Optimizer _ours;
        private readonly optim.Optimizer _theirs;

        public Sides()
        {
            _ours = Optimizer.Create(new OptimizationOptions(), Ours.All, LearningRate);
            _theirs = optim.Adam(Theirs.All.Select(weight => (Parameter)weight.Weight), LearningRate);
        }

        public Weights Ours { get; } = new();

        public Weights Theirs { get; } = new();

        public void StepOurs() => _ours.Step(rateFactor: 1);

        public void StepTheirs() => _theirs.step();

        public void Dispose()
        {
            _ours.Dispose();
            _theirs.Dispose();
            Ours.Dispose();
            Theirs.Dispose();
        }
    }

    /// <summary>Random weights with gradients.</summary>
    private sealed class Weights : IDisposable
    {
        public Weights()
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(1);
            All = [.. Shapes.Select((shape, i) => new TrainedWeight($"{i}", new Parameter(randn(shape, generator: generator)).DetachFromDisposeScope(), PartRole.Decoder))];
            foreach (var (_, weight, _) in All)
            {
                weight.grad = randn(weight.shape, generator: generator);
            }
        }

        public IReadOnlyList<TrainedWeight> All { get; }

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
