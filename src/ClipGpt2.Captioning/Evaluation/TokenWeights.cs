using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.Evaluation;

/// <summary>How much each token counts in BERTScore's means.</summary>
/// <remarks>Source: bert_score's <c>get_idf_dict</c>, and <c>BERTScorer.score</c> for the plain weights.</remarks>
internal sealed class TokenWeights
{
    private readonly Dictionary<int, double> _known;
    private readonly double _others;

    private TokenWeights(Dictionary<int, double> known, double others) => (_known, _others) = (known, others);

    /// <summary>1 for each token but the two that stand around a sentence.</summary>
    public static TokenWeights Plain(TransformerTokenizer tokenizer) =>
        new(new[] { tokenizer.ClassTokenId, tokenizer.SeparatorTokenId }.OfType<int>().Distinct().ToDictionary(id => id, _ => 0.0), 1);

    /// <summary>ln((N + 1) / (df + 1)) over N documents; the tokens around a sentence get 0 since every document has them.</summary>
    public static TokenWeights Idf(IReadOnlyList<int[]> documents)
    {
        var frequencies = new Dictionary<int, int>();
        foreach (var token in documents.SelectMany(document => document.Distinct()))
        {
            frequencies[token] = frequencies.GetValueOrDefault(token) + 1;
        }

        double all = documents.Count + 1;
        return new(frequencies.ToDictionary(f => f.Key, f => Math.Log(all / (f.Value + 1))), Math.Log(all));
    }

    /// <summary>The weights of a sentence's tokens.</summary>
    public double[] Of(int[] tokens) => Array.ConvertAll(tokens, token => _known.GetValueOrDefault(token, _others));
}
