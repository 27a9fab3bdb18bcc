using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Tests.Images;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tests.Pipeline;

public sealed class ByteBudgetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_needs_more_than_is_left_waits_in_the_order_of_asking()
    {
        var budget = new ByteBudget(100);
        Assert.True(budget.TakeAsync(60, Token).IsCompletedSuccessfully);
        var large = budget.TakeAsync(60, Token);
        var small = budget.TakeAsync(10, Token);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        budget.GiveBack(60);
        await large.WaitAsync(Patience, Token);
        await small.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task Who_needs_more_than_there_is_gets_it_alone()
    {
        var budget = new ByteBudget(100);
        Assert.True(budget.TakeAsync(1000, Token).IsCompletedSuccessfully);
        var next = budget.TakeAsync(0, Token);
        Assert.False(next.IsCompleted);
        budget.GiveBack(1000);
        await next.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task Who_gives_up_leaves_nothing_taken()
    {
        var budget = new ByteBudget(100);
        await budget.TakeAsync(100, Token);
        using var stop = new CancellationTokenSource();
        var first = budget.TakeAsync(50, stop.Token);
        var second = budget.TakeAsync(100, Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        budget.GiveBack(100);
        await second.WaitAsync(Patience, Token);
    }

    [Fact]
    public void A_pictures_cost_is_its_pixels_and_its_file_and_copies_where_it_is_not_plain()
    {
        var options = new ImageDecodingOptions();
        var jpeg = ImageDecodingTests.Jpeg(64, 48, SKJpegEncoderDownsample.Downsample420, quality: 80, seed: 1);
        Assert.Equal((64 * 48 * 4) + jpeg.Length, PictureCost.Of(ImageSource.FromBytes(jpeg), new SkiaImageDecoder(), options));
        var png = Encoded.Png(2, 1, 8, 6, [[1, 2, 3, 4, 5, 6, 7, 8]]);
        Assert.Equal((2 * 8) + png.Length, PictureCost.Of(ImageSource.FromBytes(png), new SkiaImageDecoder(), options));
        Assert.Equal(0, PictureCost.Of(ImageSource.FromBytes(new byte[] { 1, 2, 3 }), new SkiaImageDecoder(), options));
        Assert.Equal(0, PictureCost.Of("no/such/picture.jpg", new SkiaImageDecoder(), options));
    }

    [Fact]
    public void Large_arrays_are_lent_again_and_small_requests_never_get_them()
    {
        const int Large = 9 << 20;
        var first = PictureBytes.Rent(Large);
        PictureBytes.Return(first);
        var second = PictureBytes.Rent(Large - 1000);
        Assert.Same(first, second);
        PictureBytes.Return(second);
        Assert.InRange(PictureBytes.Rent(1000).Length, 1000, 4 << 20);
        Assert.Equal(2 * Large, PictureBytes.Rent(2 * Large).Length);
        GC.KeepAlive(first);
    }
}
