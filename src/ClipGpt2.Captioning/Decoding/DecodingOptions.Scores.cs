using ClipGpt2.Captioning.Decoding.Processors;

namespace ClipGpt2.Captioning.Decoding;

/// <content>What changes the scores of tokens, and how tokens are drawn.</content>
public sealed partial class DecodingOptions
{
    /// <summary>What the scores of tokens already written are divided by (or, where negative, multiplied with); 1 is no penalty.</summary>
    /// <remarks>Greedy search and sampling apply it to logits, beam search to log-probabilities. (Keskar et al., CTRL, 2019.)</remarks>
    /// <value>The default is 1.</value>
    public double? RepetitionPenalty { get; set; }

    /// <summary>The length of token sequences that may not come twice; 0 allows all.</summary>
    /// <value>The default is 0.</value>
    public int? NoRepeatNgramSize { get; set; }

    /// <summary>Token sequences that may not be written. A lone end token among them is ignored.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<IReadOnlyList<int>>? BadWords { get; set; }

    /// <summary>Sequences whose last token is favoured or disfavoured. Of two entries for one sequence the later holds.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<SequenceBias>? SequenceBiases { get; set; }

    /// <summary>Tokens that may not be written.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int>? SuppressedTokens { get; set; }

    /// <summary>Tokens that may not come first (with <see cref="ForcedBosTokenId"/>: second).</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int>? BeginSuppressedTokens { get; set; }

    /// <summary>The token that must come where one token has been written: the second new one, since a prefix has no tokens.</summary>
    /// <value>The default is <see cref="NoToken"/>.</value>
    public int? ForcedBosTokenId { get; set; }

    /// <summary>The token that must come last where a text reaches the limit of its length.</summary>
    /// <value>The default is <see cref="NoToken"/>.</value>
    public int? ForcedEosTokenId { get; set; }

    /// <summary>An end that becomes likelier with each token.</summary>
    /// <value>The default is none.</value>
    public LengthDecay? ExponentialDecay { get; set; }

    /// <summary>Whether scores that aren't numbers, or are infinite, are replaced by 0 and by the largest and smallest number.</summary>
    /// <value>The default is false.</value>
    public bool? RemoveInvalidValues { get; set; }

    /// <summary>Whether scores are made log-probabilities again after all changes.</summary>
    /// <value>The default is false.</value>
    public bool? RenormalizeLogits { get; set; }

    /// <summary>A host's own changes of scores, after those above and before those of sampling.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<ILogitsProcessor>? LogitsProcessors { get; set; }

    /// <summary>Whether tokens are drawn by their probabilities.</summary>
    /// <value>The default is false. The options below act only if it is true (for ClipCap's beams also <see cref="Temperature"/>).</value>
    public bool? Sample { get; set; }

    /// <summary>Where the random draws begin: the same seed draws the same captions.</summary>
    /// <value>The default is 0.</value>
    public long? Seed { get; set; }

    /// <summary>The number that each image of the batch has in the whole run.</summary>
    /// <remarks>
    /// Draws depend on the seed and an image's number, so that a run that is divided into other batches, or from which an image is missing, draws
    /// the same for the others. A captioner sets it.
    /// </remarks>
    /// <value>The default is null: the images' places in the batch.</value>
    public IReadOnlyList<long>? ImageNumbers { get; set; }

    /// <summary>How many tokens the tokenizer has that will decode what is written; null for the decoder's own, if it has one.</summary>
    internal int? TokenizerLength { get; set; }

    /// <summary>The name that each image of the batch has in errors; null for none.</summary>
    internal IReadOnlyList<string>? ImageNames { get; set; }

    /// <summary>What scores are divided by: above 1 draws are more even, below 1 less.</summary>
    /// <value>The default is 1.</value>
    public double? Temperature { get; set; }

    /// <summary>The number of best tokens that are drawn from (more if the last have equal scores); 0 for all.</summary>
    /// <value>The default is 50.</value>
    public int? TopK { get; set; }

    /// <summary>The probability that the best tokens drawn from must reach together; 1 for all. (Holtzman et al., 2019.)</summary>
    /// <value>The default is 1.</value>
    public double? TopP { get; set; }

    /// <summary>The least probability of a token, as a fraction of the best one's; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public double? MinP { get; set; }

    /// <summary>The probability that the most typical tokens must reach together; 1 for all. (Meister et al., 2022.)</summary>
    /// <value>The default is 1.</value>
    public double? TypicalP { get; set; }

    /// <summary>The least probability of a token; 0 for all. (Hewitt et al., 2022.)</summary>
    /// <value>The default is 0.</value>
    public double? EpsilonCutoff { get; set; }

    /// <summary>A least probability that shrinks where the distribution is even; 0 for all. (Hewitt et al., 2022.)</summary>
    /// <value>The default is 0.</value>
    public double? EtaCutoff { get; set; }
}
