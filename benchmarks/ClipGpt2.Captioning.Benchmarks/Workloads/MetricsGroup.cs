using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The standard caption metrics (tokenization, BLEU, METEOR with exact and stem matches, ROUGE-L, CIDEr) over growing corpora.</summary>
/// <remarks>Tells at its end how cost grows with the number of images, and how much memory that takes.</remarks>
internal sealed class MetricsGroup : IWorkloadGroup
{
    private static readonly int[] ImageCounts = [1_000, 5_000, 40_000];

    private readonly MetricsFamily _family = new();

    public IEnumerable<Workload> Workloads() => ImageCounts.Select(_family.StandardSet);

    public void Dispose()
    {
        if (_family.Fastest.Count > 1)
        {
            var ((few, fewSeconds), (many, manySeconds)) = (_family.Fastest.First(), _family.Fastest.Last());
            var exponent = Math.Log(manySeconds / fewSeconds) / Math.Log((double)many / few);
            Console.WriteLine($"standard set: time grows with the number of images to the power of {exponent:0.00} ({few:N0} to {many:N0} images)");
        }

        foreach (var (images, bytes) in _family.Allocated)
        {
            Console.WriteLine($"standard set, {images:N0} images: allocates {bytes >> 20} MB in all, so it never takes more");
        }
    }
}
