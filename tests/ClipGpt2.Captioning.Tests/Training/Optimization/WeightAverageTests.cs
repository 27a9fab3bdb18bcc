using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training.Optimization;

public sealed class WeightAverageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void It_follows_the_weights(ScalarType type)
    {
        using var weights = new RandomWeights(seed: 1, type);
        using var average = new WeightAverage(weights.All, decay: 0.9);
        var expected = weights.Values().Select(value => (double)value).ToArray();
        for (var step = 0; step < 3; step++)
        {
            weights.Set([.. weights.Values().Select(value => value + 1)]);
            average.Update();
            expected = [.. expected.Zip(weights.Values(), (before, value) => (0.9 * before) + (0.1 * value))];
        }

        using var applied = average.Apply();
        Assert.All(expected.Zip(weights.Values()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void The_weights_come_back_bit_for_bit(ScalarType type)
    {
        using var weights = new RandomWeights(seed: 1, type);
        using var average = new WeightAverage(weights.All, decay: 0.5);
        var begin = weights.Values();
        weights.Set([.. begin.Select(value => value / 3)]);
        var before = weights.Values();
        var applied = average.Apply();
        Assert.Equal(begin, weights.Values());
        applied.Dispose();
        applied.Dispose();
        Assert.Equal(before, weights.Values());
    }

    [Fact]
    public void While_it_is_in_the_weights_place_it_can_be_neither_updated_nor_saved()
    {
        using var weights = new RandomWeights(seed: 1);
        using var average = new WeightAverage(weights.All, decay: 0.5);
        using var applied = average.Apply();
        Assert.Throws<InvalidOperationException>(average.Update);
        Assert.Throws<InvalidOperationException>(() => average.State().Count());
        Assert.Throws<InvalidOperationException>(average.Apply);
    }

    [Fact]
    public void A_saved_average_goes_on_bit_for_bit()
    {
        using var weights = new RandomWeights(seed: 1);
        using var average = new WeightAverage(weights.All, decay: 0.7);
        weights.Set([.. weights.Values().Select(value => value / 3)]);
        average.Update();
        Save(average);

        using var other = new WeightAverage(weights.All, decay: 0.7);
        using var file = SafetensorsFile.Open(_folder.File("state"));
        other.Restore(file);
        Assert.Equal(Applied(average, weights), Applied(other, weights));
    }

    [Fact]
    public void An_average_of_other_weights_is_refused()
    {
        using var weights = new RandomWeights(seed: 1);
        using var average = new WeightAverage([.. weights.All.Take(3)], decay: 0.7);
        Save(average);
        using var file = SafetensorsFile.Open(_folder.File("state"));
        using var all = new WeightAverage(weights.All, decay: 0.7);
        using var one = new WeightAverage([.. weights.All.Take(1)], decay: 0.7);
        Assert.Contains("has no tensor 'average.layer3.weight'", Assert.Throws<CheckpointFormatException>(() => all.Restore(file)).Message, StringComparison.Ordinal);
        Assert.Contains("'average.layer1.weight', which this run has no use for", Assert.Throws<CheckpointFormatException>(() => one.Restore(file)).Message, StringComparison.Ordinal);
    }

    private static float[] Applied(WeightAverage average, RandomWeights weights)
    {
        using var applied = average.Apply();
        return weights.Values();
    }

    private void Save(WeightAverage average)
    {
        var state = average.State().ToList();
        SafetensorsWriter.Write(_folder.File("state"), state);
        state.ForEach(tensor => tensor.Value.Dispose());
    }
}
