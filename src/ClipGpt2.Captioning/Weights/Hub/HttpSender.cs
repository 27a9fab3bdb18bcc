using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Sends requests, and follows redirects itself, so that the token goes to nobody but the endpoint and what the hub says of a file isn't lost on the way.</summary>
internal sealed class HttpSender : IDisposable
{
    private const int MostRedirects = 10;

    private static readonly string UserAgent =
        $"clipgpt2-captioning/{typeof(HttpSender).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}";

    private readonly HubOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly ILogger _logger;

    /// <param name="options">Valid options; they must not change.</param>
    /// <param name="handler">What sends, and stays the caller's; null for an own one.</param>
    /// <param name="logger">Where to log.</param>
    /// <exception cref="CaptioningException">The handler follows redirects on its own.</exception>
    public HttpSender(HubOptions options, HttpMessageHandler? handler, ILogger logger)
    {
        ThrowIfRedirecting(handler);
        _options = options;
        _logger = logger;
        _http = handler is null
            ? new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Timeout })
            : new HttpMessageInvoker(handler, disposeHandler: false);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request once. A HEAD stays on its host: there the hub tells of the file, and the storage that it points at knows less.</summary>
    /// <returns>The answer, which is a success or, for a HEAD, a redirect; dispose it.</returns>
    /// <exception cref="DownloadException">There is no answer, or another one.</exception>
    public async Task<HttpAnswer> SendAsync(HttpMethod method, Uri address, Action<HttpRequestHeaders>? headers, CancellationToken token)
    {
        var first = address;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            var response = await SendOnceAsync(method, address, headers, token).ConfigureAwait(false);
            if (Target(response, address) is not { } next)
            {
                return Accepted(response, address, !IsSameHost(address, first));
            }

            if (method == HttpMethod.Head && (!IsSameHost(next, address) || FileDescription.IsIn(response)))
            {
                return new HttpAnswer(response, address, isElsewhere: true, _options.Timeout);
            }

            response.Dispose();
            address = next;
        }

        throw new DownloadException($"'{Shown(first)}' redirects more than {MostRedirects} times.");
    }

    /// <summary>An address without its query, which may hold a signature.</summary>
    public static string Shown(Uri address) => address.GetLeftPart(UriPartial.Path);

    /// <summary>Whether two addresses are of one server: scheme, host and port.</summary>
    public static bool IsSameHost(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, Action<HttpRequestHeaders>? headers, CancellationToken token)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);

        // Lengths and ranges are those of the file, not of something packed.
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        if (_options.Token is { } secret && IsSameHost(address, _options.Endpoint))
        {
            request.Headers.Authorization = new("Bearer", secret);
        }

        headers?.Invoke(request.Headers);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(_options.Timeout);
        try
        {
            var response = await _http.SendAsync(request, patience.Token).ConfigureAwait(false);
            HubLog.Answered(_logger, method.Method, Shown(address), (int)response.StatusCode);
            return response;
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new DownloadException($"'{Shown(address)}' doesn't answer within {_options.Timeout.TotalSeconds:0.###} s.", e) { IsPassing = true };
        }
        catch (HttpRequestException e)
        {
            var isPassing = e.HttpRequestError != HttpRequestError.SecureConnectionError;
            throw new DownloadException($"'{Shown(address)}' can't be reached: {e.InnerException?.Message ?? e.Message}", e) { IsPassing = isPassing };
        }
    }

    private HttpAnswer Accepted(HttpResponseMessage response, Uri address, bool isElsewhere)
    {
        if (response.IsSuccessStatusCode)
        {
            return new HttpAnswer(response, address, isElsewhere, _options.Timeout);
        }

        using (response)
        {
            throw HttpRefusal.Of(response, address);
        }
    }

    /// <summary>Where a response redirects to; null if it doesn't.</summary>
    private static Uri? Target(HttpResponseMessage response, Uri address)
    {
        var redirects = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!redirects || response.Headers.Location is not { } location)
        {
            return null;
        }

        var target = new Uri(address, location);
        if (target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && address.Scheme == Uri.UriSchemeHttp))
        {
            return target;
        }

        response.Dispose();
        throw new DownloadException($"'{Shown(address)}' redirects to '{Shown(target)}', which isn't followed: its scheme must be https (or http, from http).");
    }

    private static void ThrowIfRedirecting(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler;
        }

        if (handler is SocketsHttpHandler { AllowAutoRedirect: true } or HttpClientHandler { AllowAutoRedirect: true })
        {
            throw new CaptioningException(
                "The message handler follows redirects on its own, so that the hub's description of a file would be lost: " +
                $"set its {nameof(SocketsHttpHandler.AllowAutoRedirect)} to false.");
        }
    }
}
