namespace ClipGpt2.Captioning.Text;

/// <summary>How CLIP's tokenizer works.</summary>
public sealed class ClipTokenizerOptions : TokenizerOptions
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>Creates the options of the published CLIP models.</summary>
    public ClipTokenizerOptions()
    {
        BosToken = "<|startoftext|>";
        EosToken = UnknownToken = PadToken = EndOfText;
        ModelMaxLength = 77;
    }

    /// <summary>Whose treatment of odd texts is followed.</summary>
    /// <value>Default: <see cref="ClipFidelity.TransformersFast"/>.</value>
    public ClipFidelity Fidelity { get; set; }

    /// <summary>Whether decoding leaves the marks of words' ends in the text, as the generic class of transformers does.</summary>
    internal bool KeepsWordEnds { get; set; }

    /// <summary>The id of padding.</summary>
    /// <value>Default: null, that of <see cref="TokenizerOptions.PadToken"/>, or 0 with <see cref="ClipFidelity.OpenAI"/>.</value>
    public int? PadTokenId { get; set; }
}
