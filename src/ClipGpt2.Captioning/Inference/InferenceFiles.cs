namespace ClipGpt2.Captioning.Inference;

/// <summary>Finds what the reference program's inference run finds: by the endings in their order, and for each in the ordinal order of the names.</summary>
internal static class InferenceFiles
{
    private static readonly string[] ImageEndings = [".jpg", ".png", ".jpeg"];
    private static readonly string[] ModelEndings = [".pkl", ".pt", ".safetensors"];

    public static IReadOnlyList<string> Images(string folder) => Find(folder, ImageEndings);

    /// <summary>What may be a model: of a <c>.safetensors</c> file only its metadata tell.</summary>
    public static IReadOnlyList<string> Models(string folder) => Find(folder, ModelEndings);

    /// <summary>Endings are told by letter, not by the file system's rules, which may not care for capitals.</summary>
    private static List<string> Find(string folder, string[] endings)
    {
        try
        {
            string[] files = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
            return [.. endings.SelectMany(ending => files.Where(file => file.EndsWith(ending, StringComparison.Ordinal)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptioningException($"The folder '{folder}' can't be read: {e.Message}", e);
        }
    }
}
