using System.Numerics.Tensors;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>Beam search over the peer as Hugging Face's <c>generate</c> does it with a fixed number of new tokens (the end token is suppressed).</summary>
/// <remarks>The prefix runs once per image; beams come into being with the first step, whose graph gathers the past by row.</remarks>
internal sealed class PeerBeamSearch(Gpt2Peer model, int beams)
{
    /// <summary>Searches.</summary>
    /// <param name="prefix">float32 [B, P, 768].</param>
    /// <returns>The ids of the best sequence of each image.</returns>
    public int[][] Search(float[] prefix, int images, int newTokens)
    {
        var state = model.Prefill(prefix, images);
        try
        {
            var rows = FirstBeams(state.Logits, images);
            for (var length = 1; length < newTokens; length++)
            {
                var ids = Array.ConvertAll(rows, r => (long)r.Token);
                var parents = Array.ConvertAll(rows, r => (long)r.Parent);
                var next = model.BeamStep(state, ids, parents);
                state.Dispose();
                state = next;
                rows = NextBeams(rows, state, images);
            }

            return [.. Enumerable.Range(0, images).Select(i => rows[i * beams].Ids())];
        }
        finally
        {
            state.Dispose();
        }
    }

    private Beam[] FirstBeams(ReadOnlySpan<float> logits, int images)
    {
        var chosen = new List<Beam>();
        var logProbabilities = new float[Gpt2Peer.Vocabulary];
        for (var image = 0; image < images; image++)
        {
            var row = logits.Slice(image * Gpt2Peer.Vocabulary, Gpt2Peer.Vocabulary);
            TensorPrimitives.Subtract(row, TensorPrimitives.Max(row), logProbabilities);
            var exponentials = new float[Gpt2Peer.Vocabulary];
            TensorPrimitives.Exp(logProbabilities, exponentials);
            TensorPrimitives.Subtract(logProbabilities, MathF.Log(TensorPrimitives.Sum(exponentials)), logProbabilities);
            logProbabilities[Gpt2Peer.EndToken] = float.NegativeInfinity;
            for (var beam = 0; beam < beams; beam++)
            {
                var token = TensorPrimitives.IndexOfMax(logProbabilities);
                chosen.Add(new Beam(null, image, token, logProbabilities[token]));
                logProbabilities[token] = float.NegativeInfinity;
            }
        }

        return [.. chosen];
    }

    private Beam[] NextBeams(Beam[] rows, Gpt2PeerState state, int images)
    {
        var scores = state.TopLogProbabilities;
        var ids = state.TopIds;
        var candidates = ids.Length / rows.Length;
        var chosen = new List<Beam>(rows.Length);
        for (var image = 0; image < images; image++)
        {
            var best = new List<Beam>(beams * candidates);
            for (var i = image * beams * candidates; i < (image + 1) * beams * candidates; i++)
            {
                if (ids[i] != Gpt2Peer.EndToken)
                {
                    var row = i / candidates;
                    best.Add(new Beam(rows[row], row, (int)ids[i], rows[row].Score + scores[i]));
                }
            }

            chosen.AddRange(best.OrderByDescending(b => b.Score).Take(beams));
        }

        return [.. chosen];
    }

    private sealed record Beam(Beam? Previous, int Parent, int Token, float Score)
    {
        public int[] Ids() => [.. Previous?.Ids() ?? [], Token];
    }
}
