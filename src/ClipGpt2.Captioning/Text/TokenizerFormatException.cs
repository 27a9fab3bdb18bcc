namespace ClipGpt2.Captioning.Text;

/// <summary>A tokenizer's file is missing, is damaged, or doesn't hold what the tokenizer needs.</summary>
public class TokenizerFormatException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public TokenizerFormatException()
        : this("The tokenizer's files could not be read.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, the field or line, and what would have been right.</param>
    public TokenizerFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">The file, the field or line, and what would have been right.</param>
    /// <param name="innerException">What caused it.</param>
    public TokenizerFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
