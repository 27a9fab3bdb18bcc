using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>A data set's examples as a stream.</summary>
internal sealed class TinyStream(ICaptionDataset dataset) : ICaptionStream
{
    public IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default) => Enumerable.Range(0, dataset.Count).Select(i => dataset[i]);
}
