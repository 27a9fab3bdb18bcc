using System.Buffers;
using System.Net;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Downloads one file, going on where an earlier run or a broken connection stopped, and compares its length and hash.</summary>
internal sealed class FileDownload(HttpSender sender, HubOptions options, RemoteFile file, DownloadCounter counter, ILogger logger)
{
    private const int BufferBytes = 1 << 17;

    private long _furthest;

    /// <summary>Completes a partial file.</summary>
    /// <param name="path">The partial file, which is kept where this fails, unless its content is wrong.</param>
    /// <param name="token">Ends it between two pieces.</param>
    /// <exception cref="DownloadException">The file can't be had, or isn't the one that was described.</exception>
    /// <exception cref="CaptioningException">The disk is full, or fails.</exception>
    public async Task RunAsync(string path, CancellationToken token)
    {
        using var partial = PartialFile.Open(path, file, token);
        if (partial.Position > 0)
        {
            HubLog.Resumed(logger, file.Name, partial.Position);
        }

        counter.Begin(file, partial.Position);
        for (var isFirst = true; ; isFirst = false)
        {
            await FillAsync(partial, token).ConfigureAwait(false);
            if (partial.Complete() is not { } actual || string.Equals(actual, file.Hash?.Hex, StringComparison.OrdinalIgnoreCase))
            {
                HubLog.Verified(logger, file.Name);
                return;
            }

            // Bytes of an earlier run may be the wrong ones; those of one answer are the server's.
            var isServers = partial.IsOfOneAnswer || !isFirst;
            Restart(partial, "its content has a wrong hash");
            if (isServers)
            {
                throw new DownloadException(
                    $"'{HttpSender.Shown(file.Address)}' is damaged on its way: its content has the hash {actual}, though the server says {file.Hash!.Hex}. " +
                    "Try again, or another endpoint.");
            }
        }
    }

    private async Task FillAsync(PartialFile partial, CancellationToken token)
    {
        var retries = new RetrySchedule(options, logger);
        _furthest = partial.Position;
        while (partial.Position < file.Size)
        {
            try
            {
                await ReceiveAsync(partial, token).ConfigureAwait(false);
            }
            catch (DownloadException e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && partial.Position > 0)
            {
                Restart(partial, "the server doesn't go on where the file here ends");
            }
            catch (DownloadException e)
            {
                if (partial.Position > _furthest)
                {
                    _furthest = partial.Position;
                    retries.Gained();
                }

                await retries.WaitAsync(e, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the bytes of one answer.</summary>
    private async Task ReceiveAsync(PartialFile partial, CancellationToken token)
    {
        if (!file.CanResume && partial.Position > 0)
        {
            Restart(partial, "the server gives no tag by which versions of the file could be told apart");
        }

        using var answer = await sender.SendAsync(HttpMethod.Get, file.Address, headers =>
        {
            if (partial.Position > 0)
            {
                headers.Range = new(partial.Position, null);
                headers.IfRange = file.EntityTag is null ? null : new(file.EntityTag);
            }
        }, token).ConfigureAwait(false);
        if (!AnswerCheck.IsContinuation(answer, file, partial.Position) && partial.Position > 0)
        {
            Restart(partial, "the server doesn't give parts of files");
        }

        partial.BeginAnswer();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await CopyAsync(answer, partial, buffer, token).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task CopyAsync(HttpAnswer answer, PartialFile partial, byte[] buffer, CancellationToken token)
    {
        while (await answer.ReadAsync(buffer, token).ConfigureAwait(false) is > 0 and var read)
        {
            if (read > file.Size - partial.Position)
            {
                Restart(partial, "the server sent too much");
                throw new DownloadException($"'{HttpSender.Shown(answer.Address)}' sends more than the {file.Size} bytes that '{file.Name}' has.");
            }

            partial.Append(buffer.AsSpan(0, read));
            counter.Add(partial.Position, read);
            HubLog.Written(logger, file.Name, partial.Position, file.Size);
        }

        if (partial.Position < file.Size)
        {
            throw new DownloadException($"'{HttpSender.Shown(answer.Address)}' ends after {partial.Position} of {file.Size} bytes.") { IsPassing = true };
        }
    }

    private void Restart(PartialFile partial, string reason)
    {
        HubLog.BegunAnew(logger, file.Name, reason);
        partial.Restart();
        counter.Restart();
    }
}
