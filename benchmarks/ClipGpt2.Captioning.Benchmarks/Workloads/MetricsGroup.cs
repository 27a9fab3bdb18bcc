using System.Diagnostics;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The standard caption metrics (tokenization, BLEU, METEOR with exact and stem matches, ROUGE-L, CIDEr) over growing corpora.</summary>
/// <remarks>Tells at its end how cost grows with the number of images, and how much memory that takes.</remarks>
internal sealed class MetricsGroup : IWorkloadGroup
{
    private static readonly int[] ImageCounts = [1_000, 5_000, 40_000];

    private readonly MadeCaptions _captions = new();
    private readonly SortedDictionary<int, double> _fastest = [];
    private readonly SortedDictionary<int, long> _allocated = [];

    public IEnumerable<Workload> Workloads() => ImageCounts.Select(StandardSet);

    public void Dispose()
    {
        if (_fastest.Count > 1)
        {
            var ((few, fewSeconds), (many, manySeconds)) = (_fastest.First(), _fastest.Last());
            var exponent = Math.Log(manySeconds / fewSeconds) / Math.Log((double)many / few);
            Console.WriteLine($"standard set: time grows with the number of images to the power of {exponent:0.00} ({few:N0} to {many:N0} images)");
        }

        foreach (var (images, bytes) in _allocated)
        {
            Console.WriteLine($"standard set, {images:N0} images: allocates {bytes >> 20} MB in all, so it never takes more");
        }
    }

    private Workload StandardSet(int imageCount)
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
