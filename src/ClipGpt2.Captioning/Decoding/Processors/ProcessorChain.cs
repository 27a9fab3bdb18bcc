using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>The processors that options ask for, in the reference's order (<c>GenerationMixin._get_logits_processor</c>).</summary>
internal sealed class ProcessorChain
{
    private ProcessorChain(IReadOnlyList<ILogitsProcessor> processors) => Processors = processors;

    public IReadOnlyList<ILogitsProcessor> Processors { get; }

    public bool IsEmpty => Processors.Count == 0;

    /// <summary>Whether options asked for a change of scores. (That nothing may be written which the tokenizer lacks, nobody asks for.)</summary>
    public bool IsAskedFor => Processors.Any(processor => processor is not PaddedTokens);

    public static ProcessorChain Create(EffectiveDecoding options, SearchSettings settings) =>
        new([.. Penalties(options, settings), .. Limits(options, settings), .. options.LogitsProcessors, .. Padding(settings), .. Warpers(options, settings), .. Last(options)]);

    public void Apply(in LogitsContext context, Span<float> scores)
    {
        foreach (var processor in Processors)
        {
            processor.Process(context, scores);
        }
    }

    private static IEnumerable<ILogitsProcessor> Penalties(EffectiveDecoding options, SearchSettings settings)
    {
        if (options.SequenceBiases.Count > 0)
        {
            yield return new SequenceBiases(options.SequenceBiases);
        }

        if (options.DiversityPenalty > 0)
        {
            yield return new HammingDiversity(options.DiversityPenalty);
        }

        if (options.RepetitionPenalty != 1)
        {
            yield return new RepetitionPenalty(options.RepetitionPenalty);
        }

        if (options.NoRepeatNgramSize > 0)
        {
            yield return new NoRepeatNgram(options.NoRepeatNgramSize);
        }

        if (options.BadWords.Count > 0)
        {
            yield return SequenceBiases.Forbidding(options.BadWords, settings.EndTokens);
        }
    }

    private static IEnumerable<ILogitsProcessor> Limits(EffectiveDecoding options, SearchSettings settings)
    {
        if (settings.MinNewTokens > 0)
        {
            yield return new MinLength(settings.HistoryLength + settings.MinNewTokens, settings.EndTokens);
        }

        if (options.ForcedBosTokenId is { } forced)
        {
            yield return new ForcedToken(1, forced);
        }

        if (options.ForcedEosTokenId is { } last)
        {
            yield return new ForcedToken(settings.HistoryLength + settings.MaxNewTokens - 1, last);
        }

        if (options.RemoveInvalidValues)
        {
            yield return new RemoveInvalidValues();
        }

        if (options.ExponentialDecay is { } decay)
        {
            yield return new ExponentialDecay(decay with { Start = settings.HistoryLength + decay.Start }, settings.EndTokens);
        }

        if (options.SuppressedTokens.Count > 0)
        {
            yield return new SuppressedTokens(options.SuppressedTokens);
        }

        if (options.BeginSuppressedTokens.Count > 0)
        {
            var first = settings.HistoryLength;
            yield return new SuppressedTokens(options.BeginSuppressedTokens, options.ForcedBosTokenId is null || first > 1 ? first : first + 1);
        }
    }

    /// <summary>After all that could let a row of padding win.</summary>
    private static IEnumerable<ILogitsProcessor> Padding(SearchSettings settings)
    {
        if (settings.WritableTokens < settings.VocabularySize)
        {
            yield return new PaddedTokens(settings.WritableTokens);
        }
    }

    private static IEnumerable<ILogitsProcessor> Warpers(EffectiveDecoding options, SearchSettings settings)
    {
        if (!options.Sample)
        {
            yield break;
        }

        // With beams at least one token must be left that doesn't end the text.
        var keep = options.Beams > 1 ? settings.EndTokens.Count + 1 : 1;
        if (options.Temperature != 1)
        {
            yield return new Temperature(options.Temperature);
        }

        if (options.TopK != 0)
        {
            yield return new TopK(options.TopK, keep);
        }

        if (options.TopP < 1)
        {
            yield return new TopP(options.TopP, keep);
        }

        if (options.MinP > 0)
        {
            yield return new MinP(options.MinP, keep);
        }

        if (options.TypicalP < 1)
        {
            yield return new TypicalP(options.TypicalP, keep);
        }

        if (options.EpsilonCutoff > 0)
        {
            yield return new ProbabilityCutoff(options.EpsilonCutoff, keep);
        }

        if (options.EtaCutoff > 0)
        {
            yield return new ProbabilityCutoff(options.EtaCutoff, keep, adaptive: true);
        }
    }

    private static IEnumerable<ILogitsProcessor> Last(EffectiveDecoding options)
    {
        if (options.RenormalizeLogits)
        {
            yield return new Renormalization();
        }
    }
}
