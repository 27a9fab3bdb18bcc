using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests;

/// <summary>These count live tensors and memory of the whole process, so nothing else may run beside them.</summary>
[Collection(nameof(CountsTensors))]
public sealed class CaptionerThreadTests
{
    private const int Captions = 200;
    private const int WarmUp = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Eight_threads_at_once_get_the_captions_of_one(int maxConcurrency)
    {
        using var captioner = SampleCaptioner.Load(new CaptionerOptions { MaxConcurrency = maxConcurrency });
        var expected = SampleCaptioner.Images.Select(image => captioner.Caption(image).Text).ToList();
        var threads = Enumerable.Range(0, 8).Select(first =>
        {
            var captions = new string[expected.Count];
            var thread = new Thread(() =>
            {
                for (var i = 0; i < captions.Length; i++)
                {
                    var image = (first + i) % captions.Length;
                    captions[image] = captioner.Caption(SampleCaptioner.Images[image]).Text;
                }
            });
            thread.Start();
            return (thread, captions);
        }).ToList();

        foreach (var (thread, captions) in threads)
        {
            thread.Join();
            Assert.Equal(expected, captions);
        }
    }

    [Fact]
    public void Two_hundred_captions_leave_tensors_and_memory_as_after_the_first_twenty()
    {
        using var captioner = SampleCaptioner.Load();
        Caption(captioner, WarmUp);

        // The runtime compiles what is called often once more, in the background: its code is no leak, and on busy cores it comes late.
        Thread.Sleep(TimeSpan.FromSeconds(2));
        Caption(captioner, 1);
        var (tensors, memory) = (CountsTensors.Settled(), ProcessMemory());
        Caption(captioner, Captions);
        Assert.Equal(tensors, torch.Tensor.TotalCount);
        Assert.InRange(ProcessMemory(), 0, memory * 1.05);
    }

    [Fact]
    public void Two_kernel_threads_give_the_captions_of_one()
    {
        using var captioner = SampleCaptioner.Load();
        var expected = SampleCaptioner.Images.Select(image => captioner.Caption(image).Text).ToList();
        TorchRuntime.Configure(threads: 2);
        try
        {
            Assert.Equal(expected, SampleCaptioner.Images.Select(image => captioner.Caption(image).Text));
        }
        finally
        {
            TorchRuntime.Configure(threads: 1);
        }
    }

    [Fact]
    public void Loading_and_disposing_leaves_no_tensor()
    {
        SampleCaptioner.Load().Dispose();
        var before = CountsTensors.Settled();
        SampleCaptioner.Load().Dispose();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    private static void Caption(Captioner captioner, int times)
    {
        for (var i = 0; i < times; i++)
        {
            captioner.Caption(SampleCaptioner.Images[i % SampleCaptioner.Images.Count]);
        }
    }

    private static long ProcessMemory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }
}
