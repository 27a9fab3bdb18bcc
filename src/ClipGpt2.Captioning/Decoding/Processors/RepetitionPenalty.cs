namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Makes tokens that were written less likely (<c>RepetitionPenaltyLogitsProcessor</c>).</summary>
internal sealed class RepetitionPenalty(double penalty) : ILogitsProcessor
{
    private readonly float _penalty = (float)penalty;

    public void Process(in LogitsContext context, Span<float> scores)
    {
        var history = context.History;
        for (var i = 0; i < history.Length; i++)
        {
            var token = history[i];
            if (!history[..i].Contains(token))
            {
                var score = scores[token];
                scores[token] = score < 0 ? score * _penalty : score / _penalty;
            }
        }
    }
}
