using System.Security.Cryptography;
using System.Text;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Hub;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>Downloads an archive of COCO and extracts what is wanted of it.</summary>
/// <remarks>
/// Its publisher gives no hash. What is compared are the length and the entity tag that the server states, by which a download that goes on is of one version,
/// and each extracted file's length and CRC-32, which the archive holds.
/// </remarks>
internal sealed class CocoDownload(CocoArchive archive, string folder, HubOptions options, ILogger logger)
{
    /// <summary>How many hexadecimal digits of an entity tag's hash tell versions apart in file names.</summary>
    private const int TagDigits = 12;

    private string Receipt => Path.Combine(folder, $"{archive.Name}.json");

    /// <returns>How many bytes came over the network; null if all was there.</returns>
    /// <exception cref="CaptioningException">The archive can't be had or is damaged, or a file can't be written.</exception>
    public async Task<long?> RunAsync(IProgress<DownloadProgress> progress, CancellationToken token)
    {
        if (options.Offline)
        {
            throw new CaptioningException($"'{archive.Name}' isn't fetched, since nothing may be sent (HF_HUB_OFFLINE or --offline). Run the same command with a network.");
        }

        using var held = await CacheLock.TakeAsync(Path.Combine(folder, $"{archive.Name}.lock"), logger, token);
        using var sender = new HttpSender(options, null, logger);
        var file = await DescribeAsync(sender, token);
        if (CocoReceipt.Read(Receipt) is { } receipt && receipt.Bytes == file.Size && receipt.EntityTag == file.EntityTag && archive.Wanted.All(IsThere))
        {
            return null;
        }

        var counter = new DownloadCounter(progress, file.Size);
        var path = await DownloadAsync(sender, file, counter, token);
        var files = new ZipExtraction(path, folder, archive.IsWanted, logger).Run(progress, token);
        new CocoReceipt(HttpSender.Shown(file.Address), file.Size, file.EntityTag, files).Write(Receipt);
        File.Delete(path);
        return counter.Received;
    }

    private bool IsThere(string wanted) => Path.Exists(Path.Combine(folder, wanted));

    private Task<RemoteFile> DescribeAsync(HttpSender sender, CancellationToken token)
    {
        var address = new Uri($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{archive.Path}");
        return RetrySchedule.RunAsync(options, logger, async () =>
        {
            using var answer = await sender.SendAsync(HttpMethod.Head, address, null, token);
            if (!answer.Response.IsSuccessStatusCode)
            {
                throw new DownloadException($"'{HttpSender.Shown(address)}' redirects to '{answer.Response.Headers.Location}': give the address before '{archive.Path}' there as --endpoint.");
            }

            var size = answer.Response.Content.Headers.ContentLength ?? throw new DownloadException($"'{HttpSender.Shown(address)}' doesn't say how long the archive is.");
            return new RemoteFile(archive.FileName, address, size, null, answer.Response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null);
        }, token);
    }

    /// <summary>The archive under a name that tells its version, so that what an earlier run left goes on only with its own kind.</summary>
    private async Task<string> DownloadAsync(HttpSender sender, RemoteFile file, DownloadCounter counter, CancellationToken token)
    {
        var version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.EntityTag} {file.Size}")))[..TagDigits];
        var whole = Path.Combine(folder, $"{archive.Name}-{version}.zip");
        var partial = $"{whole}.incomplete";
        RemoveOthers(whole, partial);
        if (!File.Exists(whole) || file.EntityTag is null)
        {
            var there = new FileInfo(partial) is { Exists: true } begun ? Math.Min(begun.Length, file.Size) : 0;
            FreeSpace.Require(folder, file.Size - there, $"'{archive.FileName}'", "Nothing more was downloaded.");
            await new FileDownload(sender, options, file, counter, logger).RunAsync(partial, token);
            CacheFile.Move(partial, whole);
        }

        return whole;
    }

    private void RemoveOthers(params string[] current)
    {
        foreach (var path in Directory.EnumerateFiles(folder, $"{archive.Name}-*.zip*").Except(current.Select(Path.GetFullPath)).Except(current))
        {
            File.Delete(path);
        }
    }
}
