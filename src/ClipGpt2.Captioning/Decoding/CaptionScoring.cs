using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>What a model thinks of the tokens of a given caption.</summary>
/// <param name="LogProbabilities">Of each token, after all before it.</param>
/// <param name="Entropies">In nats, of the distribution that each token was taken from.</param>
public sealed record TokenScores(IReadOnlyList<float> LogProbabilities, IReadOnlyList<float> Entropies);

/// <summary>Scores given captions in one pass over all their tokens.</summary>
internal static class CaptionScoring
{
    /// <summary>A batch's logits take at most this many numbers (256 MB), unless one caption alone takes more.</summary>
    private const long MostLogits = 64 << 20;

    public static IReadOnlyList<TokenScores> Score(
        ICaptionDecoder decoder, Tensor visualTokens, IReadOnlyList<IReadOnlyList<int>> captions, int vocabularySize, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(captions);
        if (captions.Count != visualTokens.shape[0] || visualTokens.shape[1] == 0)
        {
            throw new CaptioningException($"{captions.Count} captions cannot be scored with visual tokens of [{string.Join(", ", visualTokens.shape)}]: they need one row for each, and a token.");
        }

        var longest = captions.Select(c => c.Count).DefaultIfEmpty(0).Max();
        var positions = decoder.Reading == VisualTokens.Before ? visualTokens.shape[1] : 0;
        var batchSize = (int)Math.Max(1, MostLogits / (Math.Max(1, positions + longest) * vocabularySize));
        var scores = new List<TokenScores>();
        for (var first = 0; first < captions.Count; first += batchSize)
        {
            token.ThrowIfCancellationRequested();
            var batch = captions.Skip(first).Take(batchSize).ToList();
            using var rows = visualTokens.narrow(0, first, batch.Count);
            scores.AddRange(ScoreBatch(decoder, rows, batch));
            if (scores.FindIndex(first, s => s.LogProbabilities.Any(float.IsNaN)) is >= 0 and var bad)
            {
                throw NonFinite.Error(NonFinite.DecoderScores, $"caption {bad}");
            }
        }

        return scores;
    }

    private static List<TokenScores> ScoreBatch(ICaptionDecoder decoder, Tensor visualTokens, List<IReadOnlyList<int>> captions)
    {
        var longest = captions.Max(c => c.Count);
        if (longest == 0)
        {
            return [.. captions.Select(_ => new TokenScores([], []))];
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();

        // A token looks only at those before it, so what follows a shorter caption changes nothing.
        var ids = new long[captions.Count, longest];
        for (var i = 0; i < captions.Count; i++)
        {
            for (var j = 0; j < captions[i].Count; j++)
            {
                ids[i, j] = captions[i][j];
            }
        }

        var tokens = tensor(ids); // [B, T]
        var logits = decoder.Forward(visualTokens, tokens); // [B, P + T, V], or [B, T, V] where visual tokens are read beside
        var first = decoder.Reading == VisualTokens.Before ? visualTokens.shape[1] - 1 : 0;
        var logProbabilities = logits.narrow(1, first, longest).to(ScalarType.Float32).log_softmax(-1);
        var own = logProbabilities.gather(-1, tokens.to(logits.device).unsqueeze(-1)).squeeze(-1).cpu().contiguous();
        var entropies = (logProbabilities.exp() * logProbabilities).nan_to_num().sum(-1).neg().cpu().contiguous();
        var (ownValues, entropyValues) = (own.data<float>().ToArray(), entropies.data<float>().ToArray());
        return
        [
            .. captions.Select((c, i) => new TokenScores(
                ownValues[(i * longest)..((i * longest) + c.Count)],
                entropyValues[(i * longest)..((i * longest) + c.Count)])),
        ];
    }
}
