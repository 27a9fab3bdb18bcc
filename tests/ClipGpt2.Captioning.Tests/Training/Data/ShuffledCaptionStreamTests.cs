using ClipGpt2.Captioning.Training.Data;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Training.Data;

public sealed class ShuffledCaptionStreamTests
{
    [Fact]
    public void Every_example_comes_once_and_no_earlier_than_the_buffer_allows()
    {
        Gen.Select(Gen.Int[0, 200], Gen.Int[1, 60], Gen.Long, Gen.Int[0, 5]).Sample((count, buffer, seed, epoch) =>
        {
            var order = Order(count, buffer, seed, epoch);
            return order.Order().SequenceEqual(Enumerable.Range(0, count)) && order.Select((value, place) => value - place).All(lead => lead <= buffer);
        }, threads: 1);
    }

    [Fact]
    public void Seed_and_epoch_alone_decide_the_order()
    {
        Assert.Equal(Order(100, 20, seed: 1, epoch: 2), Order(100, 20, seed: 1, epoch: 2));
        Assert.NotEqual(Order(100, 20, seed: 1, epoch: 2), Order(100, 20, seed: 1, epoch: 3));
        Assert.NotEqual(Order(100, 20, seed: 1, epoch: 2), Order(100, 20, seed: 2, epoch: 2));
        Assert.Equal(Enumerable.Range(0, 100), Order(100, 1, seed: 1, epoch: 2));
    }

    [Fact]
    public void A_buffer_of_nothing_is_refused()
    {
        var error = Assert.Throws<CaptioningException>(() => new ShuffledCaptionStream(new Numbers(1), seed: 1, bufferSize: 0));
        Assert.Contains("size of 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pass_ends_when_it_is_cancelled()
    {
        var stream = new ShuffledCaptionStream(new Numbers(3), seed: 1);
        Assert.Throws<OperationCanceledException>(() => stream.Read(0, new CancellationToken(canceled: true)).Count());
    }

    private static List<int> Order(int count, int buffer, long seed, int epoch) =>
        [.. new ShuffledCaptionStream(new Numbers(count), seed, buffer).Read(epoch).Select(example => int.Parse(example.Caption, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Examples that are called by their numbers.</summary>
    private sealed class Numbers(int count) : ICaptionStream
    {
        public IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default) =>
            Enumerable.Range(0, count).Select(i => new CaptionExample { ImageId = $"{i}", Caption = $"{i}" });
    }
}
