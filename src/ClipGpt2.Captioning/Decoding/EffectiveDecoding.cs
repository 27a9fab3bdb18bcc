using ClipGpt2.Captioning.Decoding.Processors;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>How a search goes, once it is settled what holds: see <see cref="DecodingOptions"/> for each.</summary>
/// <param name="options">With everything set that has a default.</param>
internal sealed class EffectiveDecoding(DecodingOptions options)
{
    public DecodingStrategy Strategy { get; } = options.Strategy!.Value;

    public int Beams { get; } = options.Beams!.Value;

    public int BeamGroups { get; } = options.BeamGroups!.Value;

    public double DiversityPenalty { get; } = options.DiversityPenalty!.Value;

    public int ReturnedSequences { get; } = options.ReturnedSequences!.Value;

    public double LengthPenalty { get; } = options.LengthPenalty!.Value;

    public EarlyStopping EarlyStopping { get; } = options.EarlyStopping!.Value;

    public IReadOnlyList<RequiredWord> RequiredWords { get; } = options.RequiredWords!;

    public IReadOnlyList<string> StopStrings { get; } = options.StopStrings!;

    public bool AllowPaddedTokens { get; } = options.AllowPaddedTokens!.Value;

    public int? TokenizerLength { get; } = options.TokenizerLength;

    public int? PadTokenId { get; } = Token(options.PadTokenId);

    public bool Trace { get; } = options.Trace!.Value;

    public IDecodingObserver? Observer { get; } = options.Observer;

    public double RepetitionPenalty { get; } = options.RepetitionPenalty!.Value;

    public int NoRepeatNgramSize { get; } = options.NoRepeatNgramSize!.Value;

    public IReadOnlyList<IReadOnlyList<int>> BadWords { get; } = options.BadWords!;

    public IReadOnlyList<SequenceBias> SequenceBiases { get; } = options.SequenceBiases!;

    public IReadOnlyList<int> SuppressedTokens { get; } = options.SuppressedTokens!;

    public IReadOnlyList<int> BeginSuppressedTokens { get; } = options.BeginSuppressedTokens!;

    public int? ForcedBosTokenId { get; } = Token(options.ForcedBosTokenId);

    public int? ForcedEosTokenId { get; } = Token(options.ForcedEosTokenId);

    public LengthDecay? ExponentialDecay { get; } = options.ExponentialDecay;

    public bool RemoveInvalidValues { get; } = options.RemoveInvalidValues!.Value;

    public bool RenormalizeLogits { get; } = options.RenormalizeLogits!.Value;

    public IReadOnlyList<ILogitsProcessor> LogitsProcessors { get; } = options.LogitsProcessors!;

    public bool Sample { get; } = options.Sample!.Value;

    public long Seed { get; } = options.Seed!.Value;

    public IReadOnlyList<long>? ImageNumbers { get; } = options.ImageNumbers;

    public IReadOnlyList<string>? ImageNames { get; } = options.ImageNames;

    public double Temperature { get; } = options.Temperature!.Value;

    public int TopK { get; } = options.TopK!.Value;

    public double TopP { get; } = options.TopP!.Value;

    public double MinP { get; } = options.MinP!.Value;

    public double TypicalP { get; } = options.TypicalP!.Value;

    public double EpsilonCutoff { get; } = options.EpsilonCutoff!.Value;

    public double EtaCutoff { get; } = options.EtaCutoff!.Value;

    private static int? Token(int? id) => id == DecodingOptions.NoToken ? null : id;
}
