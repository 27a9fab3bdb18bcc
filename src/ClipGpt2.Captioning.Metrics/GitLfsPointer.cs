namespace ClipGpt2.Captioning.Metrics;

/// <summary>The few lines that a repository cloned without Git LFS has in place of a file: they read as text, and as the wrong one.</summary>
/// <remarks>Source: the first line of Git LFS's <c>docs/spec.md</c>.</remarks>
internal static class GitLfsPointer
{
    /// <summary>The bytes that tell a pointer.</summary>
    public static ReadOnlySpan<byte> FirstBytes => "version https://git-lfs"u8;

    public static bool Begins(ReadOnlySpan<byte> file) => file.StartsWith(FirstBytes);

    public static bool Begins(ReadOnlySpan<char> text) => text.StartsWith("version https://git-lfs", StringComparison.Ordinal);

    /// <summary>What a reader says of it.</summary>
    /// <param name="file">The file.</param>
    public static string Refusal(string file) => $"'{file}' is a Git LFS pointer, not the file itself: run 'git lfs pull' in its repository.";
}
