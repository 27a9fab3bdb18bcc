namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Makes tokens less likely for each beam of an earlier group that chose them at this step (<c>HammingDiversityLogitsProcessor</c>).</summary>
internal sealed class HammingDiversity(double penalty) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var chosen = context.EarlierGroupTokens;
        for (var i = 0; i < chosen.Length; i++)
        {
            var token = chosen[i];
            if (!chosen[..i].Contains(token))
            {
                scores[token] -= (float)penalty * chosen.Count(token);
            }
        }
    }
}
