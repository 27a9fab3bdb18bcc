using System.Net;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>A server can't be reached, refuses a file, or gives a wrong one.</summary>
public sealed class DownloadException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public DownloadException()
        : this("A file could not be downloaded.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The address, what went wrong, and the remedy.</param>
    public DownloadException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">The address, what went wrong, and the remedy.</param>
    /// <param name="innerException">What caused it.</param>
    public DownloadException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What the server answered with; null if it isn't an answer's status that was wrong. 401 and 403 ask for a token, or for another one.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>Whether the same request may go through later.</summary>
    internal bool IsPassing { get; init; }

    /// <summary>How long the server wants to be left alone, where it says so.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>Where the answer came from, after redirects.</summary>
    internal Uri? Address { get; init; }

    /// <summary>The hub's own word for what is wrong, such as <c>RevisionNotFound</c>.</summary>
    internal string? ErrorCode { get; init; }
}
