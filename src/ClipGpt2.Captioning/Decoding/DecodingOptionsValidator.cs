namespace ClipGpt2.Captioning.Decoding;

/// <summary>Finds all that is wrong with decoding options.</summary>
/// <remarks>Comparisons with what isn't set (null) are false, and so no errors: whether they are is seen once all layers are joined.</remarks>
internal static class DecodingOptionsValidator
{
    public static void Validate(DecodingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Throw([.. Errors(options)]);
    }

    public static void Throw(IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new CaptioningException("The decoding options cannot be followed: " + string.Join(" ", errors));
        }
    }

    public static IEnumerable<string> Errors(DecodingOptions options) =>
        [.. SearchErrors(options), .. LengthErrors(options), .. TokenErrors(options), .. ScoreErrors(options), .. SamplingErrors(options)];

    private static IEnumerable<string> SearchErrors(DecodingOptions o)
    {
        if (o.Strategy is { } strategy && !Enum.IsDefined(strategy) || o.EarlyStopping is { } stopping && !Enum.IsDefined(stopping))
        {
            yield return $"{nameof(o.Strategy)} and {nameof(o.EarlyStopping)} must be members of their enumerations.";
        }

        if (o.Beams < 1 || o.BeamGroups < 1 || o.ReturnedSequences < 1)
        {
            yield return $"{nameof(o.Beams)}, {nameof(o.BeamGroups)} and {nameof(o.ReturnedSequences)} must be 1 or more.";
            yield break;
        }

        if (o.ReturnedSequences > o.Beams && (o.Sample == false || o.Beams > 1))
        {
            yield return $"{nameof(o.ReturnedSequences)} ({o.ReturnedSequences}) must not be more than {nameof(o.Beams)} ({o.Beams}), except when sampling without beams.";
        }

        if (o.LengthPenalty is { } penalty && !double.IsFinite(penalty))
        {
            yield return $"{nameof(o.LengthPenalty)} must be a finite number.";
        }

        foreach (var error in o.BeamGroups > 1 || o.DiversityPenalty is { } diversity && diversity != 0 ? GroupErrors(o) : [])
        {
            yield return error;
        }

        if (o.RequiredWords?.Count > 0 && (o.Beams == 1 || o.BeamGroups > 1 || o.Sample == true))
        {
            yield return $"{nameof(o.RequiredWords)} needs 2 {nameof(o.Beams)} or more, without groups and without sampling.";
        }

        if (o.Strategy > DecodingStrategy.Standard && (o.Sample == true || o.BeamGroups > 1 || o.RequiredWords?.Count > 0))
        {
            yield return $"{o.Strategy} has no sampling, groups or required words.";
        }

        if (o.Strategy == DecodingStrategy.ClipCapGreedy && o.ReturnedSequences > 1)
        {
            yield return $"{o.Strategy} gives one sequence; set {nameof(o.ReturnedSequences)} to 1.";
        }
    }

    private static IEnumerable<string> GroupErrors(DecodingOptions o)
    {
        if (o.Beams % o.BeamGroups > 0)
        {
            yield return $"{nameof(o.Beams)} ({o.Beams}) must be divisible by {nameof(o.BeamGroups)} ({o.BeamGroups}).";
        }

        if (o.DiversityPenalty is { } penalty && !(penalty > 0 && double.IsFinite(penalty)))
        {
            yield return $"{nameof(o.DiversityPenalty)} must be above 0 with {nameof(o.BeamGroups)}: the groups would be identical.";
        }

        if (o.BeamGroups == 1 || o.Sample == true)
        {
            yield return $"{nameof(o.DiversityPenalty)} and {nameof(o.BeamGroups)} need each other, and cannot be used when sampling.";
        }
    }

    private static IEnumerable<string> LengthErrors(DecodingOptions o)
    {
        if (o.MaxNewTokens < 1)
        {
            yield return $"{nameof(o.MaxNewTokens)} ({o.MaxNewTokens}) must be 1 or more.";
        }

        if (o.MaxLength < 1)
        {
            yield return $"{nameof(o.MaxLength)} ({o.MaxLength}) must be 1 or more.";
        }

        if (o.MinNewTokens < 0 || o.MinLength < 0)
        {
            yield return $"{nameof(o.MinNewTokens)} and {nameof(o.MinLength)} must be 0 or more.";
        }

        if (o.ExponentialDecay is { } decay && !(double.IsFinite(decay.Factor) && decay.Factor > 0))
        {
            yield return $"{nameof(o.ExponentialDecay)}'s factor ({decay.Factor}) must be above 0.";
        }
    }

    private static IEnumerable<string> TokenErrors(DecodingOptions o)
    {
        if (o.StopStrings?.Any(string.IsNullOrEmpty) == true)
        {
            yield return $"{nameof(o.StopStrings)} must not contain an empty text.";
        }

        if (o.BadWords?.Any(w => w.Count == 0) == true || o.SequenceBiases?.Any(b => b.TokenIds.Count == 0) == true)
        {
            yield return $"{nameof(o.BadWords)} and {nameof(o.SequenceBiases)} must not contain an empty sequence.";
        }

        foreach (var word in o.RequiredWords ?? [])
        {
            if (word.Alternatives.Count == 0 || word.Alternatives.Any(a => a.Count == 0))
            {
                yield return $"{nameof(o.RequiredWords)} must not contain an empty phrase.";
            }
            else if (word.Alternatives.Index().Any(a => word.Alternatives.Index().Any(b => a.Index != b.Index && b.Item.Take(a.Item.Count).SequenceEqual(a.Item))))
            {
                yield return $"An alternative in {nameof(o.RequiredWords)} must not be the beginning of another one.";
            }
        }
    }

    private static IEnumerable<string> ScoreErrors(DecodingOptions o)
    {
        if (o.RepetitionPenalty is { } penalty && !(penalty > 0 && double.IsFinite(penalty)))
        {
            yield return $"{nameof(o.RepetitionPenalty)} ({o.RepetitionPenalty}) must be above 0.";
        }

        if (o.NoRepeatNgramSize < 0)
        {
            yield return $"{nameof(o.NoRepeatNgramSize)} ({o.NoRepeatNgramSize}) must be 0 or more.";
        }
    }

    private static IEnumerable<string> SamplingErrors(DecodingOptions o)
    {
        if (o.Temperature is { } temperature && (!double.IsFinite(temperature) || (o.Sample == true && temperature <= 0)))
        {
            yield return $"{nameof(o.Temperature)} ({o.Temperature}) must be above 0.";
        }

        if (o.Sample != true)
        {
            yield break;
        }

        if (o.TopK < 0)
        {
            yield return $"{nameof(o.TopK)} ({o.TopK}) must be 0 or more.";
        }

        if (!(o.TopP is null or (>= 0 and <= 1) && o.MinP is null or (>= 0 and <= 1) && o.TypicalP is null or (> 0 and <= 1)))
        {
            yield return $"{nameof(o.TopP)}, {nameof(o.MinP)} and {nameof(o.TypicalP)} must be between 0 and 1 ({nameof(o.TypicalP)} above 0).";
        }

        if (!(o.EpsilonCutoff is null or (>= 0 and < 1) && o.EtaCutoff is null or (>= 0 and < 1)))
        {
            yield return $"{nameof(o.EpsilonCutoff)} and {nameof(o.EtaCutoff)} must be at least 0 and below 1.";
        }
    }
}
