namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>A server's answer, whose body is read with patience for each piece.</summary>
internal sealed class HttpAnswer(HttpResponseMessage response, Uri address, bool isElsewhere, TimeSpan timeout) : IDisposable
{
    private Stream? _body;

    public HttpResponseMessage Response => response;

    /// <summary>Where it came from, after redirects.</summary>
    public Uri Address => address;

    /// <summary>Whether another host has the file than the one that was asked: then the first one's entity tag isn't the other's.</summary>
    public bool IsElsewhere => isElsewhere;

    public void Dispose() => response.Dispose();

    /// <summary>Reads the next bytes of the body.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="DownloadException">The connection broke off, or no byte came for too long.</exception>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(timeout);
        try
        {
            _body ??= await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            return await _body.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new DownloadException($"'{HttpSender.Shown(address)}' sends nothing for {timeout.TotalSeconds:0.###} s.", e) { IsPassing = true };
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new DownloadException($"'{HttpSender.Shown(address)}' broke off: {e.Message}", e) { IsPassing = true };
        }
    }
}
