namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>An embedding store was built with another encoder, another preprocessing or other pictures than those it is to be used with.</summary>
public class StaleEmbeddingStoreException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public StaleEmbeddingStoreException()
        : this("The embedding store is stale.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What differs, and how to build the store again.</param>
    public StaleEmbeddingStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">What differs, and how to build the store again.</param>
    /// <param name="innerException">What caused it.</param>
    public StaleEmbeddingStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What differs, one line each.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    internal static StaleEmbeddingStoreException Of(string folder, IReadOnlyList<string> differences) => new(
        $"The embedding store '{folder}' is stale:{string.Concat(differences.Select(difference => $"{Environment.NewLine}  {difference}"))}{Environment.NewLine}" +
        $"Build it again: 'clipgpt2 embed' with '--out {folder}', or EmbeddingStoreBuilder.Build.")
    {
        Differences = differences,
    };
}
