namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>The folder of the user that the process runs as; services and containers may have none.</summary>
internal static class UserHome
{
    /// <summary>The folder, which need not exist; null where the system names none by an absolute path. A user without one has the root folder on systems of Unix's kind.</summary>
    public static string? Find() =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify) is var home && Path.IsPathFullyQualified(home) ? home : null;

    /// <summary>Where Hugging Face's programs have their cache unless told otherwise.</summary>
    /// <exception cref="CaptioningException">There is no home folder: a cache below a relative one would lie in whatever folder is the current one.</exception>
    public static string Cache => Find() is { } home
        ? Path.Combine(home, ".cache", "huggingface", "hub")
        : throw new CaptioningException(
            "The user has no home folder with an absolute path (HOME), and so there is no place for Hugging Face's cache: name it "
            + $"({nameof(ModelSearchOptions)}.{nameof(ModelSearchOptions.CacheFolder)}; in the tool, the environment variable HF_HUB_CACHE or HF_HOME).");
}
