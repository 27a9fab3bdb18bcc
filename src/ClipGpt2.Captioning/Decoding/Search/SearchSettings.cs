using ClipGpt2.Captioning.Decoding.Processors;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Options made definite for one model and one length of what stands before the first new token.</summary>
internal sealed class SearchSettings
{
    private readonly Openings? _history;

    private SearchSettings(EffectiveDecoding options, ModelFacts model, IReadOnlyList<int> endTokens, (int Max, int Min) newTokens, (Openings Openings, int Length)? history)
    {
        _history = history?.Openings;
        HistoryLength = history?.Length ?? 0;
        Options = options;
        VocabularySize = model.VocabularySize;
        WritableTokens = options.AllowPaddedTokens ? model.VocabularySize : Writable(options.TokenizerLength, model);
        EndTokens = endTokens;
        (MaxNewTokens, MinNewTokens) = newTokens;
        Stop = new StopCriteria(endTokens, MaxNewTokens, StopStringsOf(options), model.Decode);
        Chain = ProcessorChain.Create(options, this);
    }

    public EffectiveDecoding Options { get; }

    public int VocabularySize { get; }

    /// <summary>The tokens that may be written go from 0 to before this.</summary>
    public int WritableTokens { get; }

    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>The token that fills after an end, as far as that can be seen in a result.</summary>
    public int FillToken => Options.PadTokenId ?? (EndTokens.Count > 0 ? EndTokens[0] : 0);

    public int MaxNewTokens { get; }

    public int MinNewTokens { get; }

    /// <summary>How many tokens logits processors see before the first that is written.</summary>
    public int HistoryLength { get; }

    public StopCriteria Stop { get; }

    public ProcessorChain Chain { get; }

    /// <summary>How many of the best candidates a step keeps for each beam, so that enough are left if all end tokens are among them.</summary>
    public int CandidatesPerBeam => Math.Max(2, 1 + EndTokens.Count);

    /// <summary>The tokens that logits processors see of a text: what it began with where they see that, and what was written.</summary>
    public int[] HistoryOf(int image, TokenNode? text) => _history is null ? TokenNode.TokensOf(text) : [.. _history[image], .. TokenNode.TokensOf(text)];

    /// <summary>The statistics of a row of the model's logits, among the tokens that may be written: what pads a vocabulary has no part in probabilities.</summary>
    /// <exception cref="CaptioningException">It holds NaN or infinity, and the options don't replace those.</exception>
    public RowStatistics StatisticsOf(ReadOnlySpan<float> logits, int image)
    {
        var statistics = RowStatistics.Of(logits[..WritableTokens]);
        return statistics.IsFinite || Options.RemoveInvalidValues ? statistics : throw NonFinite.Error(NonFinite.DecoderScores, Options.ImageNames is { } names ? $"'{names[image]}'" : $"image {image} of the batch");
    }

    /// <param name="options">As far as they are set, valid or not: their own errors are reported with those that show here.</param>
    /// <param name="model">What is known of the model.</param>
    /// <param name="visualPositions">The positions that visual tokens take.</param>
    /// <param name="openingLength">The number of tokens between them and the first new token.</param>
    /// <param name="openings">Those tokens, if processors see them; else null.</param>
    public static SearchSettings Create(DecodingOptions options, ModelFacts model, int visualPositions, int openingLength, Openings? openings = null)
    {
        var prefixLength = checked(visualPositions + openingLength);
        options = options.WithDefaults();
        var errors = DecodingOptionsValidator.Errors(options).ToList();
        var endTokens = options.EndTokenIds ?? (options.Strategy == DecodingStrategy.Standard ? model.EndTokens : ClipCapStopToken(options, model));
        if (endTokens is null || (options.StopStrings!.Count > 0 && model.Decode is null))
        {
            errors.Add($"{nameof(options.StopStrings)} (and ClipCap's strategies without {nameof(options.EndTokenIds)}) need a decoder with a tokenizer.");
        }

        var maxNewTokens = options.MaxNewTokens ?? (options.MaxLength!.Value - prefixLength);
        if (maxNewTokens < 1 && options.MaxNewTokens is null)
        {
            errors.Add($"{nameof(options.MaxLength)} ({options.MaxLength}) leaves no token to write after visual tokens and prompt of {prefixLength}; raise it or set {nameof(options.MaxNewTokens)}.");
        }

        if (maxNewTokens > 0 && prefixLength + maxNewTokens - 1 > model.MaxPositions)
        {
            errors.Add($"Visual tokens and prompt of {prefixLength} and {maxNewTokens} new tokens take more positions than the model has ({model.MaxPositions}); lower {nameof(options.MaxNewTokens)} or shorten the prompt.");
        }

        errors.AddRange(OutOfVocabulary(options, endTokens ?? [], model));
        DecodingOptionsValidator.Throw(errors);
        var minNewTokens = options.MinNewTokens ?? Math.Max(options.MinLength!.Value - prefixLength, 0);
        var settings = new SearchSettings(
            new EffectiveDecoding(options), model, endTokens!, (maxNewTokens, minNewTokens), openings is { AreHistory: true } ? (openings, openingLength) : null);
        if (options.Strategy != DecodingStrategy.Standard && settings.Chain.IsAskedFor)
        {
            DecodingOptionsValidator.Throw([$"{options.Strategy} knows no penalties, bans, forced tokens or least lengths."]);
        }

        return settings;
    }

    /// <summary>ClipCap's stop text stands for its first token, and is no stop string.</summary>
    private static IReadOnlyList<string> StopStringsOf(EffectiveDecoding options) =>
        options.Strategy == DecodingStrategy.Standard ? options.StopStrings : [];

    private static int[]? ClipCapStopToken(DecodingOptions options, ModelFacts model) =>
        model.Encode?.Invoke(options.StopStrings!.Count > 0 ? options.StopStrings[0] : ".") is { Count: > 0 } ids ? [ids[0]] : null;

    /// <summary>What a tokenizer knows of a vocabulary; all of it without one.</summary>
    private static int Writable(int? tokenizerLength, ModelFacts model) => Math.Min(tokenizerLength ?? model.TokenizerLength ?? model.VocabularySize, model.VocabularySize);

    private static IEnumerable<string> OutOfVocabulary(DecodingOptions o, IReadOnlyList<int> endTokens, ModelFacts model)
    {
        var size = model.VocabularySize;
        var writable = o.AllowPaddedTokens == true ? size : Writable(o.TokenizerLength, model);
        foreach (var forced in One(o.ForcedBosTokenId).Concat(One(o.ForcedEosTokenId)).Where(token => token >= writable && token < size))
        {
            yield return $"The token {forced} can't be forced: the tokenizer has only {writable}. {nameof(o.AllowPaddedTokens)} lets tokens be written that it lacks.";
        }

        foreach (var error in OutOfVocabulary(o, endTokens, size))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> OutOfVocabulary(DecodingOptions o, IReadOnlyList<int> endTokens, int size)
    {
        (string Name, IEnumerable<int> Tokens)[] lists =
        [
            (nameof(o.EndTokenIds), endTokens),
            (nameof(o.PadTokenId), One(o.PadTokenId)),
            (nameof(o.PromptIds), o.PromptIds!),
            (nameof(o.ImagePromptIds), o.ImagePromptIds?.SelectMany(prompt => prompt) ?? []),
            (nameof(o.StartTokenId), One(o.StartTokenId)),
            (nameof(o.BadWords), o.BadWords!.SelectMany(w => w)),
            (nameof(o.SequenceBiases), o.SequenceBiases!.SelectMany(b => b.TokenIds)),
            (nameof(o.RequiredWords), o.RequiredWords!.SelectMany(w => w.Alternatives).SelectMany(a => a)),
            (nameof(o.SuppressedTokens), o.SuppressedTokens!),
            (nameof(o.BeginSuppressedTokens), o.BeginSuppressedTokens!),
            (nameof(o.ForcedBosTokenId), One(o.ForcedBosTokenId)),
            (nameof(o.ForcedEosTokenId), One(o.ForcedEosTokenId)),
        ];
        return from list in lists
               let wrong = list.Tokens.Where(t => t < 0 || t >= size).Distinct().Take(3).ToList()
               where wrong.Count > 0
               select $"{list.Name} has tokens outside of the vocabulary of {size}: {string.Join(", ", wrong)}.";
    }

    private static IEnumerable<int> One(int? token) => token is { } value and not DecodingOptions.NoToken ? [value] : [];
}

/// <summary>What searches must know of a model and its tokenizer.</summary>
/// <param name="VocabularySize">The number of tokens.</param>
/// <param name="MaxPositions">The most positions of visual tokens, prompt and new tokens.</param>
/// <param name="EndTokens">The model's own end tokens.</param>
/// <param name="Encode">The tokens of a text, if there is a tokenizer.</param>
/// <param name="Decode">The text of tokens, if there is a tokenizer.</param>
internal sealed record ModelFacts(
    int VocabularySize,
    int MaxPositions,
    IReadOnlyList<int> EndTokens,
    Func<string, IReadOnlyList<int>>? Encode = null,
    Func<IReadOnlyList<int>, string>? Decode = null)
{
    /// <summary>How many tokens the tokenizer has, if there is one and it tells.</summary>
    public int? TokenizerLength { get; init; }
}
