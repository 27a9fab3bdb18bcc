using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

public sealed class OptimizerStateTests : IDisposable
{
    private const double Rate = 0.01;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<OptimizerKind, bool, double> Kinds => new()
    {
        { OptimizerKind.Adam, false, 0 },
        { OptimizerKind.AdamW, true, 0 },
        { OptimizerKind.TransformersAdamW, false, 0 },
        { OptimizerKind.Sgd, false, 0 },
        { OptimizerKind.Sgd, false, 0.9 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    internal void A_saved_state_goes_on_bit_for_bit(OptimizerKind kind, bool amsGrad, double momentum)
    {
        var options = new OptimizationOptions { Optimizer = kind, AmsGrad = amsGrad, Momentum = momentum, Dampening = momentum / 2, WeightDecay = 0.01 };
        using var undisturbed = new RandomWeights(seed: 3);
        using var first = Optimizer.Create(options, undisturbed.All, Rate);
        Step(first, undisturbed, steps: 3);
        Save(first);
        var values = undisturbed.Values();
        Step(first, undisturbed, steps: 3);

        using var resumed = new RandomWeights(seed: 3);
        resumed.Skip(steps: 3);
        resumed.Set(values);
        using var second = Optimizer.Create(options, resumed.All, Rate);
        using var file = SafetensorsFile.Open(_folder.File("state"));
        second.Restore(file);
        Step(second, resumed, steps: 3);
        Assert.Equal(undisturbed.Values(), resumed.Values());
    }

    [Fact]
    public void A_state_of_a_run_that_made_no_step_is_empty()
    {
        using var weights = new RandomWeights(1);
        using var optimizer = Optimizer.Create(new(), weights.All, Rate);
        Assert.Empty(optimizer.State());
    }

    [Fact]
    public void What_lies_beside_a_state_is_left_alone()
    {
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(1);
        using var optimizer = Optimizer.Create(new(), weights.All, Rate);
        SafetensorsWriter.Write(_folder.File("state"), [new("average.layer0.weight", ones(1)), new("gpt.wte", ones(2))]);
        using var file = SafetensorsFile.Open(_folder.File("state"));
        optimizer.Restore(file);
        Assert.Empty(optimizer.State());
    }

    [Fact]
    public void A_state_of_another_rule_names_the_file_and_the_tensor()
    {
        using var weights = new RandomWeights(1);
        using var momentum = Optimizer.Create(new() { Optimizer = OptimizerKind.Sgd, Momentum = 0.9 }, weights.All, Rate);
        Step(momentum, weights, steps: 1);
        Save(momentum);
        using var adam = Optimizer.Create(new(), weights.All, Rate);
        var message = Refusal(adam);
        Assert.Contains(_folder.File("state"), message, StringComparison.Ordinal);
        Assert.Contains("'optimizer.layer0.weight.exp_avg'", message, StringComparison.Ordinal);
        Assert.Contains("start anew", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_weights_that_are_not_trained_is_refused_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(1);
        using var all = Optimizer.Create(new(), weights.All, Rate);
        Step(all, weights, steps: 1);
        Save(all);
        using var some = Optimizer.Create(new(), [.. weights.All.Take(2)], Rate);
        Assert.Contains("'optimizer.layer3.weight.exp_avg', which this run has no use for", Refusal(some), StringComparison.Ordinal);
        Assert.Empty(some.State());
    }

    [Fact]
    public void A_state_of_another_shape_or_type_tells_both()
    {
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(1);
        using var optimizer = Optimizer.Create(new(), weights.All, Rate);
        SafetensorsWriter.Write(_folder.File("state"), [new("optimizer.layer1.weight.step", tensor(1L)), new("optimizer.layer1.weight.exp_avg", ones(3, 2))]);
        Assert.Contains("'optimizer.layer1.weight.exp_avg' as Float32 [3, 2], where Float32 [7] is needed", Refusal(optimizer), StringComparison.Ordinal);
        SafetensorsWriter.Write(_folder.File("state"), [new("optimizer.layer1.weight.step", ones(1))]);
        Assert.Contains("'optimizer.layer1.weight.step' as Float32 [1], where Int64 [] is needed", Refusal(optimizer), StringComparison.Ordinal);
    }

    private static void Step(Optimizer optimizer, RandomWeights weights, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            weights.DrawGradients(chosen: i => i != 2 || step > 0);
            optimizer.Step(rateFactor: 1);
        }
    }

    private void Save(Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var state = optimizer.State().ToList();
        SafetensorsWriter.Write(_folder.File("state"), state);
        state.ForEach(tensor => tensor.Value.Dispose());
    }

    private string Refusal(Optimizer optimizer)
    {
        using var file = SafetensorsFile.Open(_folder.File("state"));
        return Assert.Throws<CheckpointFormatException>(() => optimizer.Restore(file)).Message;
    }
}
