namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Makes end tokens likelier with each token after a length (<c>ExponentialDecayLengthPenalty</c>).</summary>
/// <remarks>An end token that was forbidden before becomes NaN, as in the reference (-inf + inf), and searches take NaN for the greatest score.</remarks>
internal sealed class ExponentialDecay(LengthDecay decay, IReadOnlyList<int> endTokens) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var beyond = context.History.Length - decay.Start;
        if (beyond <= 0)
        {
            return;
        }

        var growth = (float)(Math.Pow(decay.Factor, beyond) - 1);
        foreach (var token in endTokens.Distinct())
        {
            scores[token] += Math.Abs(scores[token]) * growth;
        }
    }
}
