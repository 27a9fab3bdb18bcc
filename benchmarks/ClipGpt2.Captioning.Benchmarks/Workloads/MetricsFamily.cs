using System.Diagnostics;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The standard caption metrics: tokenization, BLEU, METEOR with exact and stem matches, ROUGE-L, CIDEr.</summary>
internal sealed class MetricsFamily
{
    private readonly MadeCaptions _captions = new();
    private readonly SortedDictionary<int, double> _fastest = [];
    private readonly SortedDictionary<int, long> _allocated = [];

    /// <summary>The seconds of the fastest run, by the number of images.</summary>
    public IReadOnlyDictionary<int, double> Fastest => _fastest;

    /// <summary>The bytes that a run allocates in all, by the number of images.</summary>
    public IReadOnlyDictionary<int, long> Allocated => _allocated;

    public Workload StandardSet(int imageCount)
    {
        var images = _captions.Images(imageCount);
        var name = $"standard set, {imageCount:N0} images x {MadeCaptions.References} references";
        return new Workload(name, Unit.Milliseconds(), new Variant(new Contender("", Evaluate)));

        void Evaluate()
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var begin = Stopwatch.GetTimestamp();
            CaptionEvaluator.Standard().Evaluate(new CaptionCorpus(images));
            var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            _allocated[imageCount] = GC.GetTotalAllocatedBytes() - allocated;
            _fastest[imageCount] = Math.Min(seconds, _fastest.GetValueOrDefault(imageCount, double.PositiveInfinity));
        }
    }
}
