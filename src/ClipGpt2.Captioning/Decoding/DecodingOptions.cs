namespace ClipGpt2.Captioning.Decoding;

/// <summary>How captions are searched: the choice of search, lengths and ends.</summary>
/// <remarks>
/// Every option may be left unset (null). Then holds, in this order: what the captioner's own options say, what the model's folder says
/// (<c>generation_config.json</c>, or <c>config.json</c> where there is none), and the default that is given here, which is the reference program's inference; ClipCap's
/// strategies don't ask the model's folder. An empty list, or <see cref="NoToken"/>, is set: it switches off what the folder says. The names in the remarks
/// are those of the same options of Hugging Face's <c>generate</c>, whose behaviour each has. An instance may be shared by threads as long as none changes it.
/// </remarks>
public sealed partial class DecodingOptions
{
    /// <summary>In place of a token: none.</summary>
    public const int NoToken = -1;

    /// <summary>Whose decoding is followed.</summary>
    /// <value>The default is <see cref="DecodingStrategy.Standard"/>.</value>
    public DecodingStrategy? Strategy { get; set; }

    /// <summary>The number of beams; 1 is greedy search, or plain sampling.</summary>
    /// <value>The default is 5.</value>
    public int? Beams { get; set; }

    /// <summary>The number of groups that the beams are divided into; more than 1 is diverse beam search.</summary>
    /// <remarks><c>num_beam_groups</c>. (Vijayakumar et al., Diverse Beam Search, 2016.)</remarks>
    /// <value>The default is 1.</value>
    public int? BeamGroups { get; set; }

    /// <summary>What a token's score loses for each beam of an earlier group that chose it at the same step.</summary>
    /// <remarks>Only with, and needed with, <see cref="BeamGroups"/> above 1.</remarks>
    /// <value>The default is 0.</value>
    public double? DiversityPenalty { get; set; }

    /// <summary>How many sequences each image gets: at most as many as beams; with plain sampling any number.</summary>
    /// <remarks><c>num_return_sequences</c>.</remarks>
    /// <value>The default is 1.</value>
    public int? ReturnedSequences { get; set; }

    /// <summary>The exponent of a text's length in its score, sum / length^penalty: above 0 favours longer texts.</summary>
    /// <value>The default is 1.</value>
    public double? LengthPenalty { get; set; }

    /// <summary>When a search with beams stops.</summary>
    /// <value>The default is <see cref="EarlyStopping.WhenFull"/>.</value>
    public EarlyStopping? EarlyStopping { get; set; }

    /// <summary>Words that every caption must contain: constrained beam search.</summary>
    /// <remarks><c>force_words_ids</c>. (Post and Vilar, Fast Lexically Constrained Decoding, 2018.) Needs 2 beams or more.</remarks>
    /// <value>The default is none.</value>
    public IReadOnlyList<RequiredWord>? RequiredWords { get; set; }

    /// <summary>The most tokens to write, the end token included. Goes before <see cref="MaxLength"/>, even if a model's folder says this and a caller that.</summary>
    /// <value>The default is 25, unless <see cref="MaxLength"/> is set.</value>
    public int? MaxNewTokens { get; set; }

    /// <summary>The most positions of visual tokens (where they take some), start token, prompt and new tokens together; used if <see cref="MaxNewTokens"/> isn't set.</summary>
    /// <value>The default is none.</value>
    public int? MaxLength { get; set; }

    /// <summary>The number of tokens before which no end token may come. Goes before <see cref="MinLength"/>.</summary>
    /// <value>The default is null.</value>
    public int? MinNewTokens { get; set; }

    /// <summary>The number of positions, counted as for <see cref="MaxLength"/>, before which no end token may come.</summary>
    /// <value>The default is 0.</value>
    public int? MinLength { get; set; }

    /// <summary>The tokens that end a text.</summary>
    /// <value>The default is the decoder's own (or for ClipCap's strategies the first token of the first stop string, <c>"."</c> if none).</value>
    public IReadOnlyList<int>? EndTokenIds { get; set; }

    /// <summary>The token that stands after a text's end where texts of one table have different lengths.</summary>
    /// <remarks>
    /// Results are never filled. It matters in diverse beam search alone, where a group that is done is taken to choose it, and so burdens it for
    /// the groups after.
    /// </remarks>
    /// <value>The default is the first end token.</value>
    public int? PadTokenId { get; set; }

    /// <summary>Texts that end a caption, and stay in it. Needs a decoder with a tokenizer.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string>? StopStrings { get; set; }

    /// <summary>Tokens that every caption continues from, after the image's visual tokens; they aren't part of the result.</summary>
    /// <remarks>
    /// They count for <see cref="MaxLength"/> and <see cref="MinLength"/>. Where visual tokens stand before the text they don't count as written: no penalty or
    /// ban sees them. Where they are read beside it, penalties and bans see start token and prompt, as in <c>generate</c>.
    /// </remarks>
    /// <value>The default is none.</value>
    public IReadOnlyList<int>? PromptIds { get; set; }

    /// <summary>A prompt for each image of the call, in place of <see cref="PromptIds"/>. They may differ in length: none is filled up.</summary>
    /// <value>The default is null.</value>
    public IReadOnlyList<IReadOnlyList<int>>? ImagePromptIds { get; set; }

    /// <summary>The token that a text begins with where visual tokens are read beside it (<see cref="VisualTokens.Beside"/>), unless its prompt begins with it.</summary>
    /// <remarks><c>decoder_start_token_id</c>. Where visual tokens stand before the text it is not used.</remarks>
    /// <value>The default is the decoder's own.</value>
    public int? StartTokenId { get; set; }

    /// <summary>Whether results tell how they were found (<see cref="DecodedSequence.Trace"/>).</summary>
    /// <value>The default is false.</value>
    public bool? Trace { get; set; }

    /// <summary>What is told of every step while it happens.</summary>
    /// <value>The default is null.</value>
    public IDecodingObserver? Observer { get; set; }

    /// <summary>Whether tokens may be written that the model has and its tokenizer lacks: rows that pad a vocabulary. They are decoded to nothing.</summary>
    /// <remarks>A decoder without a tokenizer knows of no such rows.</remarks>
    /// <value>The default is false. (Hugging Face lets them.)</value>
    public bool? AllowPaddedTokens { get; set; }

    /// <summary>Checks the options that are set, as far as they can be checked without a model and without those that aren't.</summary>
    /// <exception cref="CaptioningException">Some values are out of range or contradict each other; the message names all of them.</exception>
    public void Validate() => DecodingOptionsValidator.Validate(this);

    internal DecodingOptions Clone() => (DecodingOptions)MemberwiseClone();
}
