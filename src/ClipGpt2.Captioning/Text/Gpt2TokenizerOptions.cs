namespace ClipGpt2.Captioning.Text;

/// <summary>How GPT-2's tokenizer works.</summary>
public sealed class Gpt2TokenizerOptions : TokenizerOptions
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>Creates the options of the published GPT-2.</summary>
    public Gpt2TokenizerOptions() => BosToken = EosToken = UnknownToken = EndOfText;

    /// <summary>Whether a space is put before every text, so that its first word counts like one inside a sentence.</summary>
    /// <value>Default: false.</value>
    public bool AddPrefixSpace { get; set; }

    /// <summary>Whether the start token is put before every text.</summary>
    /// <value>Default: false.</value>
    public bool AddBosToken { get; set; }

    /// <summary>The ids that a <c>tokenizer.json</c> puts before and after a text; null for none.</summary>
    internal (int[] Before, int[] After)? Around { get; set; }
}
