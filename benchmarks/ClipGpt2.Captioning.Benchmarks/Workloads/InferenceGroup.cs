using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>From an image to its caption, station by station and as a whole.</summary>
internal sealed class InferenceGroup : IWorkloadGroup
{
    private readonly FullSizeModels _models = new();
    private readonly VisionModels _vision = new();

    public IEnumerable<Workload> Workloads() => new PreprocessingFamily().Workloads()
        .Concat(new TokenizingFamily().Workloads())
        .Concat(new EncodingFamily(_models).Workloads())
        .Concat(new VitFamily(_vision).Workloads())
        .Concat(new DecodingFamily(_models).Workloads())
        .Concat(new CrossFamily(_vision).Workloads())
        .Concat(new CaptionFamily(_models).Workloads())
        .Concat(new LoadingFamily(_models).Workloads());

    public void Dispose()
    {
        _vision.Dispose();
        _models.Dispose();
    }
}
