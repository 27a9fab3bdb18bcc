namespace ClipGpt2.Captioning.Text;

/// <summary>What happens to texts that are too long.</summary>
public enum TruncationMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Tokens are taken off the end of the longer text of a pair until both are equally long, then off both in turn.</summary>
    LongestFirst,

    /// <summary>Tokens are taken off the end of the first text only.</summary>
    OnlyFirst,

    /// <summary>Tokens are taken off the end of the second text only.</summary>
    OnlySecond,

    /// <summary>A <see cref="CaptioningException"/>, as OpenAI's <c>clip.tokenize</c> raises an error.</summary>
    Refuse,
}
