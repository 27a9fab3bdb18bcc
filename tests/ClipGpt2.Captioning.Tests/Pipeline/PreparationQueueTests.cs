using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;

namespace ClipGpt2.Captioning.Tests.Pipeline;

/// <summary>Pictures are prepared ahead: in order, within bounds, and no longer than somebody wants them.</summary>
public sealed class PreparationQueueTests
{
    private static readonly ImagePreprocessor Loose = new(new ImagePreprocessorOptions { ShortestEdge = 64, CenterCrop = false });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Pictures_come_in_order_whatever_the_size_of_the_batches()
    {
        using var queue = Queue(Pictures(20), new PreparationLimits(4, 7, long.MaxValue));
        var seen = new List<long>();
        foreach (var size in Enumerable.Range(1, 6))
        {
            seen.AddRange(queue.NextBatch(size).Select(p => p.Number));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), seen);
        Assert.Empty(queue.NextBatch(5));
    }

    [Theory]
    [InlineData(5, long.MaxValue, 5)]
    [InlineData(100, 10 * 3 * 4 * 64 * 64, 10)]
    [InlineData(100, 1, 1)]
    public void Of_the_bounds_on_number_and_memory_the_narrower_holds(int pictures, long bytes, int ahead)
    {
        var read = 0;
        using var queue = Queue(Pictures(50).Select(p => (read++, p).p), new PreparationLimits(2, pictures, bytes));
        for (var taken = 1; taken <= 40; taken++)
        {
            queue.NextBatch(1);
            Assert.InRange(read - taken, 0, ahead);
        }

        // Once a picture's size is known, the bound is used to the full.
        Assert.Equal(40 + ahead, read);
    }

    [Fact]
    public void A_source_that_fails_does_so_after_the_pictures_before_it()
    {
        using var queue = Queue(Pictures(3).Concat(Pictures(1).Select(p => p.Name == "0" ? throw new InvalidTimeZoneException() : p)), new PreparationLimits(2, 10, long.MaxValue));
        Assert.Equal(3, queue.NextBatch(3).Count);
        Assert.Throws<InvalidTimeZoneException>(() => queue.NextBatch(1));
    }

    [Fact]
    public void Disposing_waits_for_what_is_being_decoded_and_begins_no_more()
    {
        var decoder = new Slow();
        var queue = new PreparationQueue(Enumerable.Range(0, 30).Select(i => ImageSource.FromBytes(new byte[] { 1 }, $"{i}")), new(Loose, decoder, new()), new(2, 30, long.MaxValue), Token);
        queue.NextBatch(1);
        queue.Dispose();
        var begun = decoder.Begun;
        Assert.Equal(begun, decoder.Ended);
        Assert.InRange(begun, 1, 29);
        Thread.Sleep(20);
        Assert.Equal(begun, decoder.Begun);
    }

    private static PreparationQueue Queue(IEnumerable<ImageSource> sources, PreparationLimits limits) =>
        new(sources, new ImagePreparation(Loose, new CaptionerOptions()), limits, Token);

    private static IEnumerable<ImageSource> Pictures(int count) => Enumerable.Range(0, count).Select(i => ImageSource.FromPixels(new RgbImage(1, 1, new byte[3]), $"{i}"));

    private sealed class Slow : IImageDecoder
    {
        private int _begun;
        private int _ended;

        public int Begun => Volatile.Read(ref _begun);

        public int Ended => Volatile.Read(ref _ended);

        public DecodedImage Decode(Stream encoded, ImageDecodingOptions options)
        {
            Interlocked.Increment(ref _begun);
            Thread.Sleep(10);
            Interlocked.Increment(ref _ended);
            return DecodedImage.FromRgb(new RgbImage(1, 1, new byte[3]));
        }
    }
}
