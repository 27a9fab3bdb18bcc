namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>A configuration file, or options made in code, are wrong; all of their errors come together.</summary>
public sealed class ConfigurationException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public ConfigurationException()
        : this("The configuration is wrong.")
    {
    }

    /// <summary>Creates the exception over one error.</summary>
    /// <param name="message">The file, the key, what is wrong with it and what would be right.</param>
    public ConfigurationException(string message)
        : base(message) => Errors = [message];

    /// <summary>Creates the exception over one error and its cause.</summary>
    /// <param name="message">The file, the key, what is wrong with it and what would be right.</param>
    /// <param name="innerException">What caused it.</param>
    public ConfigurationException(string message, Exception? innerException)
        : base(message, innerException) => Errors = [message];

    /// <summary>Creates the exception over all errors.</summary>
    /// <param name="errors">Each with the file, the key, what is wrong with it and what would be right.</param>
    public ConfigurationException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>The errors, which the message has line by line.</summary>
    public IReadOnlyList<string> Errors { get; }
}
