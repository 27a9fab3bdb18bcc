namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Pictures are missing or broken, and were to end the work.</summary>
public class BadImagesException : CaptioningException
{
    /// <summary>How many pictures a message lists, of however many there are.</summary>
    internal const int Shown = 10;

    /// <summary>Creates the exception with a general message.</summary>
    public BadImagesException()
        : this("Pictures are missing or broken.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which pictures, and the remedy.</param>
    public BadImagesException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">Which pictures, and the remedy.</param>
    /// <param name="innerException">What caused it.</param>
    public BadImagesException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>All of them, in the order of the data.</summary>
    public IReadOnlyList<BadImage> Images { get; init; } = [];

    /// <summary>An error that lists pictures, the first ones by name.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="remedy">What to do about them.</param>
    internal static BadImagesException Of(IReadOnlyList<BadImage> images, string remedy) =>
        new($"{images.Count} picture(s) can't be used:{string.Concat(images.Take(Shown).Select(Line))}{(images.Count > Shown ? $"{Environment.NewLine}  ... and {images.Count - Shown} more" : "")}{Environment.NewLine}{remedy}") { Images = images };

    private static string Line(BadImage image) => $"{Environment.NewLine}  {(image.Id == image.Name ? image.Id : $"{image.Id} ({image.Name})")}: {image.Error}";
}
