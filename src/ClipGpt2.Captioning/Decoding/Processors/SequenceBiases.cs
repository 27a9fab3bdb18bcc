namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Adds to the score of the last token of a sequence where the tokens before it were just written (<c>SequenceBiasLogitsProcessor</c>, and with
/// negative infinity <c>NoBadWordsLogitsProcessor</c>).
/// </summary>
internal sealed class SequenceBiases : ILogitsProcessor
{
    private readonly List<SequenceBias> _biases = [];

    public SequenceBiases(IEnumerable<SequenceBias> biases)
    {
        foreach (var bias in biases)
        {
            // The reference keeps a dictionary: a later entry takes the value over, and the place of the earlier one.
            var known = _biases.FindIndex(b => b.TokenIds.SequenceEqual(bias.TokenIds));
            if (known < 0)
            {
                _biases.Add(bias);
            }
            else
            {
                _biases[known] = bias;
            }
        }
    }

    /// <summary>Whether it only forbids.</summary>
    public bool IsBan => _biases.All(b => float.IsNegativeInfinity(b.Bias));

    /// <summary>Forbids sequences, except one that is an end token alone.</summary>
    public static SequenceBiases Forbidding(IEnumerable<IReadOnlyList<int>> words, IReadOnlyList<int> endTokens) =>
        new(words.Where(w => w.Count != 1 || !endTokens.Contains(w[0])).Select(w => new SequenceBias(w, float.NegativeInfinity)));

    public void Process(in LogitsContext context, Span<float> scores)
    {
        foreach (var bias in _biases)
        {
            if (Applies(bias.TokenIds, context.History))
            {
                scores[bias.TokenIds[^1]] += bias.Bias;
            }
        }
    }

    /// <summary>The reference wants as many tokens written as the whole sequence has, though all but the last would do.</summary>
    private static bool Applies(IReadOnlyList<int> sequence, ReadOnlySpan<int> history)
    {
        var before = sequence.Count - 1;
        if (before > 0 && sequence.Count > history.Length)
        {
            return false;
        }

        for (var i = 0; i < before; i++)
        {
            if (history[history.Length - before + i] != sequence[i])
            {
                return false;
            }
        }

        return true;
    }
}
