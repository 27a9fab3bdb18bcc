using System.Reflection;

namespace ClipGpt2.Captioning.Decoding;

/// <content>How what several places say of a search becomes one.</content>
public sealed partial class DecodingOptions
{
    private static readonly PropertyInfo[] Properties = typeof(DecodingOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    /// <summary>What holds where nobody says anything: the reference program's inference. The model's own end tokens, and with them the filling, aren't among it.</summary>
    internal static DecodingOptions Defaults() => new()
    {
        Strategy = DecodingStrategy.Standard,
        Beams = 5,
        BeamGroups = 1,
        DiversityPenalty = 0,
        ReturnedSequences = 1,
        LengthPenalty = 1,
        EarlyStopping = Decoding.EarlyStopping.WhenFull,
        RequiredWords = [],
        MaxNewTokens = 25,
        MinLength = 0,
        StopStrings = [],
        PromptIds = [],
        Trace = false,
        AllowPaddedTokens = false,
        RepetitionPenalty = 1,
        NoRepeatNgramSize = 0,
        BadWords = [],
        SequenceBiases = [],
        SuppressedTokens = [],
        BeginSuppressedTokens = [],
        ForcedBosTokenId = NoToken,
        ForcedEosTokenId = NoToken,
        RemoveInvalidValues = false,
        RenormalizeLogits = false,
        LogitsProcessors = [],
        Sample = false,
        Seed = 0,
        Temperature = 1,
        TopK = 50,
        TopP = 1,
        MinP = 0,
        TypicalP = 1,
        EpsilonCutoff = 0,
        EtaCutoff = 0,
    };

    /// <summary>The options that are set, by name.</summary>
    internal IEnumerable<KeyValuePair<string, object>> SetOptions() =>
        from property in Properties
        let value = property.GetValue(this)
        where value is not null
        select KeyValuePair.Create(property.Name, value);

    /// <summary>These options, and where they aren't set others.</summary>
    /// <param name="others">What lies below; null for nothing.</param>
    internal DecodingOptions Over(DecodingOptions? others)
    {
        var joined = Clone();
        if (others is null)
        {
            return joined;
        }

        joined.Strategy ??= others.Strategy;
        joined.Beams ??= others.Beams;
        joined.BeamGroups ??= others.BeamGroups;
        joined.DiversityPenalty ??= others.DiversityPenalty;
        joined.ReturnedSequences ??= others.ReturnedSequences;
        joined.LengthPenalty ??= others.LengthPenalty;
        joined.EarlyStopping ??= others.EarlyStopping;
        joined.RequiredWords ??= others.RequiredWords;
        joined.MaxNewTokens ??= others.MaxNewTokens;
        joined.MaxLength ??= others.MaxLength;
        joined.MinNewTokens ??= others.MinNewTokens;
        joined.MinLength ??= others.MinLength;
        joined.EndTokenIds ??= others.EndTokenIds;
        joined.PadTokenId ??= others.PadTokenId;
        joined.StopStrings ??= others.StopStrings;
        joined.PromptIds ??= others.PromptIds;
        joined.ImagePromptIds ??= others.ImagePromptIds;
        joined.StartTokenId ??= others.StartTokenId;
        joined.Trace ??= others.Trace;
        joined.Observer ??= others.Observer;
        joined.AllowPaddedTokens ??= others.AllowPaddedTokens;
        joined.RepetitionPenalty ??= others.RepetitionPenalty;
        joined.NoRepeatNgramSize ??= others.NoRepeatNgramSize;
        joined.BadWords ??= others.BadWords;
        joined.SequenceBiases ??= others.SequenceBiases;
        joined.SuppressedTokens ??= others.SuppressedTokens;
        joined.BeginSuppressedTokens ??= others.BeginSuppressedTokens;
        joined.ForcedBosTokenId ??= others.ForcedBosTokenId;
        joined.ForcedEosTokenId ??= others.ForcedEosTokenId;
        joined.ExponentialDecay ??= others.ExponentialDecay;
        joined.RemoveInvalidValues ??= others.RemoveInvalidValues;
        joined.RenormalizeLogits ??= others.RenormalizeLogits;
        joined.LogitsProcessors ??= others.LogitsProcessors;
        joined.Sample ??= others.Sample;
        joined.Seed ??= others.Seed;
        joined.ImageNumbers ??= others.ImageNumbers;
        joined.Temperature ??= others.Temperature;
        joined.TopK ??= others.TopK;
        joined.TopP ??= others.TopP;
        joined.MinP ??= others.MinP;
        joined.TypicalP ??= others.TypicalP;
        joined.EpsilonCutoff ??= others.EpsilonCutoff;
        joined.EtaCutoff ??= others.EtaCutoff;
        return joined;
    }

    /// <summary>The same over what another caller says, farther away: of lengths the nearer one holds, whichever way it is said.</summary>
    /// <param name="others">What the captioner's options, or the program of a checkpoint, say; null for nothing.</param>
    internal DecodingOptions OverCallers(DecodingOptions? others)
    {
        var joined = Over(others);
        joined.MaxNewTokens = MaxNewTokens is null && MaxLength is not null ? null : joined.MaxNewTokens;
        joined.MinNewTokens = MinNewTokens is null && MinLength is not null ? null : joined.MinNewTokens;
        return joined;
    }

    /// <summary>The same with the defaults for all that isn't set, for decoders of a host's own.</summary>
    /// <remarks>Only what a model or a caller alone can know is left open: end tokens, what fills after them, lengths that nobody limits, an observer.</remarks>
    /// <returns>New options.</returns>
    public DecodingOptions WithDefaults()
    {
        var whole = Over(Defaults());
        whole.MaxNewTokens = MaxNewTokens is null && MaxLength is not null ? null : whole.MaxNewTokens;
        return whole;
    }
}
