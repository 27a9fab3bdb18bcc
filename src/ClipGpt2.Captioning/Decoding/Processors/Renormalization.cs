using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Makes scores log-probabilities (<c>LogitNormalization</c>).</summary>
internal sealed class Renormalization : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores) => RowStatistics.Of(scores).LogSoftmax(scores, scores);
}
