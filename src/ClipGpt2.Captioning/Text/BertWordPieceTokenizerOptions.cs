namespace ClipGpt2.Captioning.Text;

/// <summary>How BERT's tokenizer works.</summary>
internal sealed class BertWordPieceTokenizerOptions : TokenizerOptions
{
    /// <summary>Creates the options of the published uncased BERT models.</summary>
    public BertWordPieceTokenizerOptions()
    {
        UnknownToken = "[UNK]";
        SeparatorToken = "[SEP]";
        PadToken = "[PAD]";
        ClassToken = "[CLS]";
        MaskToken = "[MASK]";
        CleanUpSpaces = true;
    }

    /// <summary>Whether text is lowered.</summary>
    /// <value>Default: true.</value>
    public bool LowerCase { get; set; } = true;

    /// <summary>Whether accents are taken off.</summary>
    /// <value>Default: null, as <see cref="LowerCase"/>.</value>
    public bool? StripAccents { get; set; }

    /// <summary>Whether each Chinese character is a word.</summary>
    /// <value>Default: true.</value>
    public bool SplitIdeographs { get; set; } = true;
}
