using System.Buffers;
using System.Numerics.Tensors;
using ClipGpt2.Captioning.Decoding.Processors;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Takes the best token at each step, or draws one (<c>GenerationMixin._sample</c>).</summary>
internal sealed class GreedySearch : ImageSearch
{
    private readonly Walk[] _walks;

    public GreedySearch(int image, SearchSettings settings)
        : base(image, settings)
    {
        _walks = new Walk[Options.ReturnedSequences];
        for (var i = 0; i < _walks.Length; i++)
        {
            _walks[i] = new Walk(i, CreateRandom(i));
        }
    }

    public override IReadOnlyList<DecodedSequence> Results() =>
        [.. _walks.Select(w => w.Text!.ToSequence(w.SumOfLogProbabilities, w.Reason!.Value, Options.Trace))];

    protected override void Step(SessionRows rows)
    {
        var buffer = ArrayPool<float>.Shared.Rent(Settings.VocabularySize);
        try
        {
            foreach (var walk in _walks.Where(w => w.Reason is null))
            {
                Step(walk, rows[walk.Row], buffer.AsSpan(0, Settings.VocabularySize));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private void Step(Walk walk, ReadOnlySpan<float> logits, Span<float> buffer)
    {
        var statistics = Settings.StatisticsOf(logits, Image);
        var scores = Process(walk, logits, buffer);
        var token = walk.Random is null ? TensorPrimitives.IndexOfMax(scores) : Draw(scores, walk.Random);
        walk.Reason = Settings.Stop.ReasonToStop(walk.Text, token);
        walk.Text = new TokenNode(walk.Text, token, beam: 0, statistics.LogProbability(logits[token]), scores[token]);
        walk.SumOfLogProbabilities += walk.Text.LogProbability;
        Options.Observer?.OnToken(new DecodedToken(Image, walk.Number, token, walk.Text.LogProbability, walk.Reason));
        if (walk.Reason is null)
        {
            walk.Row = Continue(walk.Row, token);
        }
    }

    private ReadOnlySpan<float> Process(Walk walk, ReadOnlySpan<float> logits, Span<float> buffer)
    {
        if (Settings.Chain.IsEmpty && Options.Observer is null)
        {
            return logits;
        }

        logits.CopyTo(buffer);
        var history = Settings.HistoryOf(Image, walk.Text);
        Settings.Chain.Apply(new LogitsContext(history, Image), buffer);
        Options.Observer?.OnScores(new StepScores(Image, walk.Number, history, logits, buffer));
        return buffer;
    }

    private static int Draw(ReadOnlySpan<float> scores, RandomStream random)
    {
        var max = TensorPrimitives.Max(scores);
        var total = 0.0;
        for (var token = AllowedTokens.Next(scores, 0); token < scores.Length; token = AllowedTokens.Next(scores, token + 1))
        {
            total += Math.Exp(scores[token] - max);
        }

        if (!(total > 0))
        {
            throw new CaptioningException(BeamCandidates.NothingAllowed);
        }

        var left = random.Next() * total;
        var drawn = 0;
        for (var token = AllowedTokens.Next(scores, 0); token < scores.Length && left >= 0; token = AllowedTokens.Next(scores, token + 1))
        {
            drawn = token;
            left -= Math.Exp(scores[token] - max);
        }

        return drawn;
    }

    /// <summary>One sequence on its way.</summary>
    private sealed class Walk(int number, RandomStream? random)
    {
        public int Number => number;

        public RandomStream? Random => random;

        public int Row { get; set; }

        public TokenNode? Text { get; set; }

        public double SumOfLogProbabilities { get; set; }

        public FinishReason? Reason { get; set; }
    }
}
