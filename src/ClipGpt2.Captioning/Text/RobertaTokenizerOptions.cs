namespace ClipGpt2.Captioning.Text;

/// <summary>How RoBERTa's tokenizer works.</summary>
internal sealed class RobertaTokenizerOptions : TokenizerOptions
{
    /// <summary>Creates the options of the published RoBERTa models.</summary>
    public RobertaTokenizerOptions()
    {
        BosToken = ClassToken = "<s>";
        EosToken = SeparatorToken = "</s>";
        UnknownToken = "<unk>";
        PadToken = "<pad>";
        MaskToken = "<mask>";
    }

    /// <summary>Whether a space is put before every text that has none, as BERTScore asks for.</summary>
    /// <value>Default: false.</value>
    public bool AddPrefixSpace { get; set; }

    /// <inheritdoc/>
    internal override AddedToken RoleToken(string content) => new(content) { StripLeft = content == MaskToken };
}
