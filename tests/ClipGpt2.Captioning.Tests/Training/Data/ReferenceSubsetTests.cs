using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Data.Sampling;

namespace ClipGpt2.Captioning.Tests.Training.Data;

public sealed class ReferenceSubsetTests
{
    [Fact]
    public void A_subset_shows_the_chosen_examples_in_the_order_of_the_shuffle()
    {
        var subset = new ReferenceSubset(Numbered(10), 0.4);
        Assert.Equal(["7", "3", "2", "8"], Enumerable.Range(0, subset.Count).Select(i => subset[i].Caption));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    public void A_ratio_of_1_or_more_keeps_all_in_order(double ratio)
    {
        var subset = new ReferenceSubset(Numbered(10), ratio);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Enumerable.Range(0, subset.Count).Select(i => subset[i].Caption));
    }

    [Theory]
    [InlineData(-0.5, 42)]
    [InlineData(double.NaN, 42)]
    [InlineData(0.5, -1)]
    public void A_ratio_or_seed_out_of_range_is_refused(double ratio, long seed)
    {
        var error = Assert.Throws<CaptioningException>(() => ReferenceSubset.Indices(10, ratio, seed));
        Assert.Contains($"ratio of {ratio} and a seed of {seed}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.09)]
    public void A_ratio_that_leaves_nothing_has_no_indices_and_makes_no_subset(double ratio)
    {
        Assert.Empty(ReferenceSubset.Indices(10, ratio));
        var error = Assert.Throws<CaptioningException>(() => new ReferenceSubset(Numbered(10), ratio));
        Assert.Contains("none of 10 examples", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_of_any_length_are_different_seeds()
    {
        uint[] first = [.. Enumerable.Range(0, 200).Select(bits => new PythonRandom(System.Numerics.BigInteger.One << (bits * 97)).Bits(32))];
        Assert.Equal(first.Length, first.Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => new PythonRandom(-1));
    }

    [Fact]
    public void Epochs_have_orders_of_their_own()
    {
        Assert.NotEqual(TorchPermutation.Draw(100, 1), TorchPermutation.Draw(100, 2));
        Assert.Equal(Enumerable.Range(0, 100), TorchPermutation.Draw(100, -7).Order());
        Assert.NotEqual(PythonRandom.ForEpoch(-1, 0).Bits(32), PythonRandom.ForEpoch(-1, 1).Bits(32));
    }

    private static InMemoryCaptionDataset Numbered(int count) =>
        new(Enumerable.Range(0, count).Select(i => new CaptionExample { ImageId = $"{i}.jpg", Caption = $"{i}", Image = $"{i}.jpg" }));
}
