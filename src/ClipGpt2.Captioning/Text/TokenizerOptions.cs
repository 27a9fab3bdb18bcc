namespace ClipGpt2.Captioning.Text;

/// <summary>What all tokenizers' options have in common: the special tokens by their roles, and limits.</summary>
/// <remarks>
/// A model folder's <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> set them; a role's token that the
/// vocabulary lacks gets the next free id. They are read once, when the tokenizer is created.
/// </remarks>
public abstract class TokenizerOptions
{
    private protected TokenizerOptions()
    {
    }

    /// <summary>The token at the beginning of a text.</summary>
    /// <value>Default: the model family's.</value>
    public string? BosToken { get; set; }

    /// <summary>The token at the end of a text.</summary>
    /// <value>Default: the model family's.</value>
    public string? EosToken { get; set; }

    /// <summary>The token for what the vocabulary can't express.</summary>
    /// <value>Default: the model family's.</value>
    public string? UnknownToken { get; set; }

    /// <summary>The token that fills short rows of a batch.</summary>
    /// <value>Default: the model family's; GPT-2 has none, and pads with its end-of-text token.</value>
    public string? PadToken { get; set; }

    /// <summary>The token between the texts of a pair.</summary>
    /// <value>Default: the model family's.</value>
    internal string? SeparatorToken { get; set; }

    /// <summary>The token whose output stands for the whole text.</summary>
    /// <value>Default: the model family's.</value>
    internal string? ClassToken { get; set; }

    /// <summary>The token that stands for a hidden word.</summary>
    /// <value>Default: the model family's.</value>
    internal string? MaskToken { get; set; }

    /// <summary>Further tokens that are cut out as a whole, and the roles' tokens where they have other than the usual properties.</summary>
    /// <value>Default: none.</value>
    internal IList<AddedToken> AddedTokens { get; } = [];

    /// <summary>The most tokens that the model takes; truncation cuts there if it isn't told otherwise.</summary>
    /// <value>Default: null, no limit.</value>
    public int? ModelMaxLength { get; set; }

    /// <summary>Whether decoding takes out the spaces before punctuation and English endings unless it is told otherwise.</summary>
    /// <value>Default: false; BERT's is true.</value>
    internal bool CleanUpSpaces { get; set; }

    /// <summary>How the token of a role is looked for if nothing else is said.</summary>
    internal virtual AddedToken RoleToken(string content) => new(content);

    internal void Validate()
    {
        var errors = new List<string>();
        if (AddedTokens.Any(token => string.IsNullOrEmpty(token.Content)))
        {
            errors.Add($"{nameof(AddedTokens)} holds an empty token");
        }

        if (AddedTokens.Any(token => token.Id is < 0 or > TokenVocabulary.LargestId))
        {
            errors.Add($"{nameof(AddedTokens)} holds an id that isn't between 0 and {TokenVocabulary.LargestId}");
        }

        if (RoleTokens.Any(token => token == ""))
        {
            errors.Add("a special token is empty; leave it null where there is none");
        }

        if (ModelMaxLength < 1)
        {
            errors.Add($"{nameof(ModelMaxLength)} is {ModelMaxLength}; it must be at least 1, or null for no limit");
        }

        if (errors.Count > 0)
        {
            throw new TokenizerFormatException($"The tokenizer's options aren't right: {string.Join("; ", errors)}.");
        }
    }

    /// <summary>The roles' tokens in the order in which those that the vocabulary lacks get their ids.</summary>
    internal IEnumerable<string> RoleTokens =>
        new[] { BosToken, EosToken, UnknownToken, SeparatorToken, PadToken, ClassToken, MaskToken }.OfType<string>().Distinct();
}
