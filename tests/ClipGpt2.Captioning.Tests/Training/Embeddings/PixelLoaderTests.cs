using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Tests.Training.Embeddings;

/// <summary>Pixels come ahead, in order, and leave no thread behind.</summary>
public sealed class PixelLoaderTests : IDisposable
{
    private static readonly ImagePreprocessor Preprocessor = new(new ImagePreprocessorOptions { ExactSize = new(2, 2), CenterCrop = false });

    private readonly PictureFolder _pictures = new(9);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _pictures.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Batches_come_in_their_order_with_their_pixels(int threads)
    {
        var batches = Batches(4, 1, 0, 3, 1).ToList();
        var loaded = PixelLoader.Load(batches, Preparation(), new DataLoadingOptions { Threads = threads }, Token).ToList();
        Assert.Equal(batches.Select(b => b.Select(e => e.ImageId)), loaded.Select(b => b.Examples.Select(e => e.ImageId)));
        foreach (var batch in loaded.Where(b => b.Examples.Count > 0))
        {
            using var pixels = batch.ToTensor();
            Assert.Equal([batch.Examples.Count, 3, 2, 2], pixels.shape);
            Assert.Equal(batch.Examples.SelectMany(e => PreparedImage.From(e.Image!, Preparation()).Pixels), pixels.data<float>().ToArray());
        }
    }

    [Fact]
    public void Bad_pictures_are_noted_and_the_others_of_their_batch_go_on()
    {
        File.Delete(_pictures.Files[1]);
        var nothing = new CaptionExample { ImageId = "nothing", Caption = "x", Location = "train.jsonl:7", Embedding = new float[3] };
        CaptionExample[][] batches = [[_pictures.Example(0), _pictures.Example(1), nothing, _pictures.Example(2)], [nothing], [_pictures.Example(3)]];
        var loaded = PixelLoader.Load(batches, Preparation(), new DataLoadingOptions(), Token).ToList();
        Assert.Equal([2, 0, 1], loaded.Select(b => b.Examples.Count));
        Assert.Equal(["id 1", "nothing"], loaded[0].Bad.Select(b => b.Example.ImageId));
        Assert.Contains(_pictures.Files[1], loaded[0].Bad[0].Error.Message, StringComparison.Ordinal);
        Assert.Contains("train.jsonl:7", loaded[1].Bad[0].Error.Message, StringComparison.Ordinal);
        Assert.Equal(["id 0", "id 2"], loaded[0].Examples.Select(e => e.ImageId));
    }

    [Fact]
    public void What_is_wrong_with_the_source_comes_after_the_batches_before_it()
    {
        var seen = 0;
        var error = Assert.Throws<CaptioningException>(() =>
        {
            foreach (var batch in PixelLoader.Load(Batches(2, 2).Concat(Broken()), Preparation(), new DataLoadingOptions(), Token))
            {
                seen += batch.Examples.Count;
            }
        });
        Assert.Equal("shard.tar is truncated", error.Message);
        Assert.Equal(4, seen);

        static IEnumerable<IReadOnlyList<CaptionExample>> Broken()
        {
            throw new CaptioningException("shard.tar is truncated");
#pragma warning disable CS0162 // What follows makes the method an iterator.
            yield break;
#pragma warning restore CS0162
        }
    }

    [Fact]
    public void A_decoder_that_fails_in_its_own_way_ends_the_enumeration() =>
        Assert.Throws<InvalidTimeZoneException>(() => PixelLoader.Load(Batches(2), Preparation(new Failing()), new DataLoadingOptions(), Token).ToList());

    [Fact]
    public void Whoever_stops_early_leaves_no_thread_and_no_open_source()
    {
        var closed = false;
        foreach (var batch in PixelLoader.Load(Endless(), Preparation(), new DataLoadingOptions { PrefetchMegabytes = 1 }, Token))
        {
            Assert.Equal(3, batch.Examples.Count);
            break;
        }

        Assert.True(closed);

        IEnumerable<IReadOnlyList<CaptionExample>> Endless()
        {
            try
            {
                while (true)
                {
                    yield return Batches(3).Single();
                }
            }
            finally
            {
                closed = true;
            }
        }
    }

    [Fact]
    public void Cancellation_ends_the_wait_for_a_batch()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var never = new ManualResetEventSlim();
        var decoder = new Waiting(never, source.Token);
        source.CancelAfter(TimeSpan.FromMilliseconds(100));
        Assert.ThrowsAny<OperationCanceledException>(() => PixelLoader.Load(Batches(2), Preparation(decoder), new DataLoadingOptions(), source.Token).ToList());
    }

    [Fact]
    public void No_more_is_decoded_ahead_than_the_bound_allows()
    {
        // A picture takes 3 x 256 x 256 x 4 bytes, 768 KiB: of 4 MiB, half is for pictures ahead, two of them.
        var large = new ImagePreprocessor(new ImagePreprocessorOptions { ExactSize = new(256, 256), CenterCrop = false });
        var decoder = new Counting();
        var preparation = new ImagePreparation(large, decoder, new ImageDecodingOptions());
        var loading = new DataLoadingOptions { PrefetchMegabytes = 4, Threads = 8 };
        var taken = 0;
        foreach (var batch in PixelLoader.Load(Enumerable.Repeat(Batches(1).Single(), 50), preparation, loading, Token))
        {
            // Beside the two: the batch that is ready, the one that waits to be, and this one.
            taken++;
            Assert.InRange(decoder.Count - taken, 0, 2 + 2);
            Thread.Yield();
        }

        Assert.Equal((50, 50), (taken, decoder.Count));
    }

    [Fact]
    public void Pictures_of_different_sizes_are_refused_at_once()
    {
        var loose = new ImagePreparation(new ImagePreprocessor(new ImagePreprocessorOptions { CenterCrop = false }), new CaptionerOptions());
        Assert.Contains("one size", Assert.Throws<CaptioningException>(() => PixelLoader.Load([], loose, new DataLoadingOptions(), Token)).Message, StringComparison.Ordinal);
    }

    private static ImagePreparation Preparation(IImageDecoder? decoder = null) => new(Preprocessor, decoder ?? new SkiaImageDecoder(), new ImageDecodingOptions());

    /// <summary>Batches of the pictures in turn.</summary>
    private IEnumerable<IReadOnlyList<CaptionExample>> Batches(params int[] sizes)
    {
        var next = 0;
        return [.. sizes.Select(size => (IReadOnlyList<CaptionExample>)[.. Enumerable.Range(0, size).Select(_ => _pictures.Example(next++))])];
    }

    private sealed class Failing : IImageDecoder
    {
        public DecodedImage Decode(Stream encoded, ImageDecodingOptions options) => throw new InvalidTimeZoneException();
    }

    private sealed class Waiting(ManualResetEventSlim never, CancellationToken token) : IImageDecoder
    {
        public DecodedImage Decode(Stream encoded, ImageDecodingOptions options)
        {
            never.Wait(token);
            throw new InvalidOperationException();
        }
    }

    private sealed class Counting : IImageDecoder
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public DecodedImage Decode(Stream encoded, ImageDecodingOptions options)
        {
            Interlocked.Increment(ref _count);
            return new SkiaImageDecoder().Decode(encoded, options);
        }
    }
}
