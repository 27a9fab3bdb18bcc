using System.Net;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Compares what an answer says of its body with the file that is wanted, before a byte is taken.</summary>
internal static class AnswerCheck
{
    /// <summary>Whether the body goes on at a position; otherwise it is the whole file.</summary>
    /// <exception cref="DownloadException">It is neither.</exception>
    public static bool IsContinuation(HttpAnswer answer, RemoteFile file, long position)
    {
        var content = answer.Response.Content.Headers;
        if (content.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw Wrong(answer, $"sends '{file.Name}' packed ({string.Join(", ", content.ContentEncoding)}), which it was asked not to do.");
        }

        if (file.EntityTag is not null && answer is { IsElsewhere: false, Response.Headers.ETag: { } tag } && tag.Tag != file.EntityTag)
        {
            throw Wrong(answer, $"has changed since the download began: its tag is {tag.Tag} and was {file.EntityTag}. Run it again for the new one.");
        }

        if (answer.Response.StatusCode == HttpStatusCode.PartialContent)
        {
            var range = content.ContentRange;
            return range?.From == position && (range.Length ?? file.Size) == file.Size
                ? true
                : throw Wrong(answer, $"sends '{range}' of '{file.Name}', though it was asked for the bytes from {position} on of {file.Size}.");
        }

        return (content.ContentLength ?? file.Size) == file.Size
            ? false
            : throw Wrong(answer, $"sends {content.ContentLength} bytes, though '{file.Name}' has {file.Size}.");
    }

    private static DownloadException Wrong(HttpAnswer answer, string what) => new($"'{HttpSender.Shown(answer.Address)}' {what}");
}
