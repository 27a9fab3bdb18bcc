using System.Globalization;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>What the hub's headers say of a file.</summary>
/// <remarks>Follows huggingface_hub's <c>get_hf_file_metadata</c>: a file that lies elsewhere is described by the headers for linked ones.</remarks>
internal static class FileDescription
{
    private const string LinkedTag = "X-Linked-Etag";
    private const string LinkedSize = "X-Linked-Size";

    /// <summary>Whether a redirect describes the file that it points at.</summary>
    public static bool IsIn(HttpResponseMessage response) => response.Headers.Contains(LinkedTag) && response.Headers.Contains(LinkedSize);

    /// <summary>The file of an answer to HEAD.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="address">Where to get the file: what was asked for, since where it lies may be valid for some minutes only.</param>
    /// <param name="name">Its name.</param>
    /// <param name="commit">The commit that was asked for.</param>
    /// <exception cref="DownloadException">The answer lacks something.</exception>
    public static RemoteFile Of(HttpAnswer answer, Uri address, string name, string commit)
    {
        var tag = answer.Response.Headers.ETag;
        var hash = ContentHash.Parse(Header(answer, LinkedTag) ?? tag?.Tag)
            ?? throw Lacks(answer, $"the hash of the file's content: neither '{LinkedTag}' nor 'ETag' is a SHA-256 or git's SHA-1");
        var size = Header(answer, LinkedSize) is { } linked
            ? (long.TryParse(linked, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null)
            : answer.Response.IsSuccessStatusCode ? answer.Response.Content.Headers.ContentLength : null;
        if (Header(answer, "X-Repo-Commit") is { } given && given != commit)
        {
            throw new DownloadException($"'{HttpSender.Shown(address)}' is of commit '{given}', though '{commit}' was asked for.");
        }

        return new RemoteFile(
            name,
            address,
            size ?? throw Lacks(answer, $"the file's length: neither '{LinkedSize}' nor 'Content-Length'"),
            hash,
            answer.IsElsewhere || tag is not { IsWeak: false } ? null : tag.Tag);
    }

    private static string? Header(HttpAnswer answer, string name) =>
        answer.Response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static DownloadException Lacks(HttpAnswer answer, string what) =>
        new($"The answer of '{HttpSender.Shown(answer.Address)}' lacks {what}. Is the endpoint the hub, or a mirror of it?");
}
