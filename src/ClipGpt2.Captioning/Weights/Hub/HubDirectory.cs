using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Asks the hub which files a model has, and what they are.</summary>
internal sealed class HubDirectory(HttpSender sender, HubOptions options, string id, ILogger logger)
{
    /// <summary>The most bytes that a list of files may have; real ones have some thousand.</summary>
    private const int LargestListing = 64 << 20;

    /// <exception cref="DownloadException">There is no answer, or a strange one.</exception>
    public Task<HubListing> ListAsync(string revision, CancellationToken token)
    {
        var address = Address($"api/models/{id}/revision/{Uri.EscapeDataString(revision)}");
        return RetrySchedule.RunAsync(options, logger, async () =>
        {
            using var answer = await sender.SendAsync(HttpMethod.Get, address, null, token).ConfigureAwait(false);
            return HubListing.Parse(await ReadAsync(answer, token).ConfigureAwait(false), address);
        }, token);
    }

    /// <exception cref="DownloadException">There is no answer, or a strange one.</exception>
    public Task<RemoteFile> DescribeAsync(string commit, string name, CancellationToken token)
    {
        var address = Address($"{id}/resolve/{commit}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}");
        return RetrySchedule.RunAsync(options, logger, async () =>
        {
            using var answer = await sender.SendAsync(HttpMethod.Head, address, null, token).ConfigureAwait(false);
            return FileDescription.Of(answer, address, name, commit);
        }, token);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpAnswer answer, CancellationToken token)
    {
        using var text = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await answer.ReadAsync(buffer, token).ConfigureAwait(false) is > 0 and var read)
        {
            if (text.Length + read > LargestListing)
            {
                throw new DownloadException($"'{HttpSender.Shown(answer.Address)}' answers with more than {LargestListing} bytes, which no list of files has.");
            }

            text.Write(buffer, 0, read);
        }

        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }

    private Uri Address(string path) => new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
}
