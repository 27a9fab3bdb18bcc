using System.Net;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Answers that aren't a success, as errors.</summary>
internal static class HttpRefusal
{
    public static DownloadException Of(HttpResponseMessage response, Uri address)
    {
        var reason = response.Headers.TryGetValues("X-Error-Message", out var values) ? $" The server says: {string.Join(' ', values)}" : "";
        return new DownloadException($"'{HttpSender.Shown(address)}' answers {(int)response.StatusCode} ({response.ReasonPhrase}).{reason}")
        {
            StatusCode = response.StatusCode,
            Address = address,
            IsPassing = IsPassing(response.StatusCode),
            RetryAfter = RetryAfter(response),
            ErrorCode = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null,
        };
    }

    private static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delay } => delay,
        { Date: { } date } => date - TimeProvider.System.GetUtcNow(),
        _ => null,
    };
}
