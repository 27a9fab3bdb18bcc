using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Training.Optimization;
using CsCheck;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

public sealed class OptimizerTests
{
    private const int Steps = 4;
    private const double Rate = 0.01;

    private static readonly Gen<OptimizationOptions> Adams =
        from kind in Gen.OneOf(OptimizerKind.Adam, OptimizerKind.AdamW)
        from betas in Gen.Select(Gen.Double[0, 0.95], Gen.Double[0.5, 0.999])
        from epsilon in Gen.OneOf(1e-8, 1e-6, 1e-3)
        from decay in Gen.OneOf(0.0, 0.01, 0.5)
        from amsGrad in Gen.Bool
        select new OptimizationOptions
        {
            Optimizer = kind, Beta1 = betas.Item1, Beta2 = betas.Item2, Epsilon = epsilon, WeightDecay = decay, AmsGrad = amsGrad, SpareBiasesAndNorms = false,
        };

    private static readonly Gen<OptimizationOptions> Sgds =
        from momentum in Gen.OneOf(0.0, 0.5, 0.9)
        from dampening in Gen.OneOf(0.0, 0.3)
        from nesterov in Gen.Bool
        from decay in Gen.OneOf(0.0, 0.1)
        select new OptimizationOptions
        {
            Optimizer = OptimizerKind.Sgd,
            Momentum = momentum,
            Dampening = nesterov && momentum > 0 ? 0 : dampening,
            Nesterov = nesterov && momentum > 0,
            WeightDecay = decay,
            SpareBiasesAndNorms = false,
        };

    private static readonly Gen<OptimizationOptions> Every = Gen.OneOf(
        Adams,
        Sgds,
        Gen.Select(Adams, Gen.Bool, (options, correctBias) =>
        {
            (options.Optimizer, options.AmsGrad, options.CorrectBias) = (OptimizerKind.TransformersAdamW, false, correctBias);
            return options;
        }));

    [Fact]
    public void The_kernels_prove_themselves_before_they_change_a_weight()
    {
        using var weight = ones(3);
        Assert.True(PlainMemory.Has(weight));
        Assert.True(OptimizationProof.Proof.Holds);
        Assert.Contains(KernelLedger.Choices, choice => choice is { Layer: "Optimizer steps and gradient norms", IsFallback: false });
    }

    [Fact]
    public void Steps_are_torchs() => Gen.Select(Gen.OneOf(Adams, Sgds), Gen.Int).Sample((options, seed) =>
    {
        using var scope = NewDisposeScope();
        using var ours = new RandomWeights(seed);
        using var theirs = new RandomWeights(seed, asParameters: true);
        using var optimizer = Optimizer.Create(options, ours.All, Rate);
        using var reference = TorchsOwn(options, theirs.Parameters);
        for (var step = 0; step < Steps; step++)
        {
            ours.DrawGradients();
            theirs.DrawGradients();
            optimizer.Step(rateFactor: 1);
            reference.step();
        }

        AssertNear(theirs.Values(), ours.Values());
    }, iter: 60, threads: 1);

    /// <summary>p -= lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps), or without the two corrections; then p -= lr decay p.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_old_AdamW_corrects_its_means_or_leaves_them(bool correctBias)
    {
        var options = new OptimizationOptions
        {
            Optimizer = OptimizerKind.TransformersAdamW, CorrectBias = correctBias, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3, WeightDecay = 0.1, SpareBiasesAndNorms = false,
        };
        using var scope = NewDisposeScope();
        var weight = new TrainedWeight("w", cat([full(1, 1f), full(1, -2f)]).requires_grad_(), PartRole.Decoder);
        using var optimizer = Optimizer.Create(options, [weight], Rate);
        double[] expected = [1, -2], mean = new double[2], square = new double[2];
        for (var step = 1; step <= Steps; step++)
        {
            double[] gradient = [0.5 * step, -0.25 / step];
            weight.Weight.grad = tensor(gradient, ScalarType.Float32);
            optimizer.Step(rateFactor: 1);
            for (var i = 0; i < expected.Length; i++)
            {
                mean[i] = (0.8 * mean[i]) + (0.2 * gradient[i]);
                square[i] = (0.95 * square[i]) + (0.05 * gradient[i] * gradient[i]);
                var correction = correctBias ? Math.Sqrt(1 - Math.Pow(0.95, step)) / (1 - Math.Pow(0.8, step)) : 1;
                expected[i] -= Rate * correction * mean[i] / (Math.Sqrt(square[i]) + 1e-3);
                expected[i] -= Rate * 0.1 * expected[i];
            }
        }

        AssertNear([.. expected.Select(value => (float)value)], weight.Weight.detach().data<float>().ToArray());
    }

    [Fact]
    public void Kernels_and_operators_agree() => Gen.Select(Every, Gen.Int).Sample((options, seed) =>
    {
        using var plain = new RandomWeights(seed);
        using var others = new RandomWeights(seed, ScalarType.Float64);
        foreach (var weights in new[] { plain, others })
        {
            using var optimizer = Optimizer.Create(options, weights.All, Rate);
            for (var step = 0; step < Steps; step++)
            {
                weights.DrawGradients();
                optimizer.Step(rateFactor: 0.5 * step);
            }
        }

        AssertNear(others.Values(), plain.Values());
    }, iter: 60, threads: 1);

    [Fact]
    public void The_factor_multiplies_every_learning_rate()
    {
        var options = new OptimizationOptions { Optimizer = OptimizerKind.Sgd, EncoderLearningRate = 0.5, ProjectorLearningRate = 0.25 };
        using var scope = NewDisposeScope();
        TrainedWeight[] weights = [.. new[] { PartRole.Encoder, PartRole.Projector, PartRole.Decoder }.Select(part => new TrainedWeight($"{part}", zeros(1).requires_grad_(), part))];
        Array.ForEach(weights, weight => weight.Weight.grad = ones(1));
        using var optimizer = Optimizer.Create(options, weights, learningRate: 2);
        optimizer.Step(rateFactor: 0.5);
        Assert.Equal([-0.25f, -0.125f, -1f], weights.Select(weight => weight.Weight.item<float>()));
    }

    [Fact]
    public void A_weight_without_a_gradient_is_passed_over_and_its_steps_are_not_counted()
    {
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(1);
        var before = weights.Values();
        using var optimizer = Optimizer.Create(new() { WeightDecay = 0.1 }, weights.All, Rate);
        weights.DrawGradients(chosen: i => i == 1);
        optimizer.Step(rateFactor: 1);
        weights.DrawGradients(chosen: i => i < 2);
        optimizer.Step(rateFactor: 1);
        var state = optimizer.State().ToDictionary();
        Assert.Equal(before[8..], weights.Values()[8..]);
        Assert.Equal(["optimizer.layer0.weight.exp_avg", "optimizer.layer0.weight.exp_avg_sq", "optimizer.layer0.weight.step"], state.Keys.Where(name => name.Contains("layer0", StringComparison.Ordinal)).Order());
        Assert.Equal(6, state.Count);
        Assert.Equal(1, state["optimizer.layer0.weight.step"].item<long>());
        Assert.Equal(2, state["optimizer.layer1.weight.step"].item<long>());
    }

    [Fact]
    public void Decay_spares_biases_and_norms_but_not_embeddings()
    {
        var options = new OptimizationOptions { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.5 };
        using var scope = NewDisposeScope();
        TrainedWeight[] weights =
        [
            new("transformer.wpe.weight", ones(2, 2), PartRole.Decoder),
            new("vision_model.embeddings.class_embedding", ones(2), PartRole.Encoder),
            new("transformer.h.0.ln_1.weight", ones(2), PartRole.Decoder),
            new("0.bias", ones(2), PartRole.Projector),
        ];
        Array.ForEach(weights, weight => weight.Weight.requires_grad_().grad = zeros_like(weight.Weight));
        using var optimizer = Optimizer.Create(options, weights, learningRate: 1);
        optimizer.Step(rateFactor: 1);
        Assert.Equal([0.5f, 0.5f, 1f, 1f], weights.Select(weight => weight.Weight.max().item<float>()));
    }

    [Fact]
    public void Gradients_are_let_go()
    {
        using var weights = new RandomWeights(1);
        weights.DrawGradients();
        using var optimizer = Optimizer.Create(new(), weights.All, Rate);
        optimizer.ZeroGradients();
        Assert.All(weights.All, weight => Assert.Null(weight.Weight.grad));
    }

    [Fact]
    public void A_gradient_in_another_layout_is_read_as_it_means()
    {
        using var scope = NewDisposeScope();
        var weight = new TrainedWeight("w", zeros(2, 3).requires_grad_(), PartRole.Decoder);
        weight.Weight.grad = arange(6, ScalarType.Float32).view(3, 2).t();
        using var optimizer = Optimizer.Create(new() { Optimizer = OptimizerKind.Sgd }, [weight], learningRate: 1);
        optimizer.Step(rateFactor: 1);
        Assert.Equal([0f, -2, -4, -1, -3, -5], weight.Weight.detach().data<float>().ToArray());
    }

    private static optim.Optimizer TorchsOwn(OptimizationOptions options, IEnumerable<Parameter> weights) => options.Optimizer switch
    {
        OptimizerKind.Adam => optim.Adam(weights, Rate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, options.AmsGrad),
        OptimizerKind.AdamW => optim.AdamW(weights, Rate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, options.AmsGrad),
        _ => optim.SGD(weights, Rate, options.Momentum, options.Dampening, options.WeightDecay, options.Nesterov),
    };

    /// <summary>A few roundings apart: a step is at most some hundredths.</summary>
    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= 2e-6f * MathF.Max(1, MathF.Abs(expected[i])), $"[{i}] is {actual[i]:R}, not {expected[i]:R}.");
        }
    }
}
