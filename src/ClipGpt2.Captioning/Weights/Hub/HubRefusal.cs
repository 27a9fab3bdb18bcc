using System.Net;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>The hub's refusals, as errors that say what to do.</summary>
internal static class HubRefusal
{
    private const string TokenSources = $"the environment variable HF_TOKEN, the token's file, or the option {nameof(HubOptions.Token)}";

    /// <summary>The error for a refusal; null if it isn't about the model, and stays as it is.</summary>
    public static CaptioningException? Of(DownloadException error, string id, string revision, HubOptions options)
    {
        if (error.Address is null || !HttpSender.IsSameHost(error.Address, options.Endpoint))
        {
            return null;
        }

        var page = $"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{id}";
        var asked = $"'{id}' (revision '{revision}')";
        return error.StatusCode switch
        {
            HttpStatusCode.NotFound when error.ErrorCode == "RevisionNotFound" => NotFound($"'{id}' has no revision '{revision}': {page} lists its branches and tags."),
            HttpStatusCode.NotFound => NotFound($"There is no {asked} at {options.Endpoint}: check the id and the revision; a private one asks for a token."),
            HttpStatusCode.Unauthorized when options.Token is null => Denied(
                $"{asked} isn't given to anybody: either there is no such model, or it is private or gated. Check the id; for a gated one accept its terms " +
                $"at {page}, and give an access token ({TokenSources})."),
            HttpStatusCode.Unauthorized => Denied(
                $"{asked} isn't given for the access token: either there is no such model, or the token has expired or is a wrong one ({TokenSources})."),
            HttpStatusCode.Forbidden => Denied(
                $"{asked} isn't given {(options.Token is null ? $"without an access token ({TokenSources})" : "for the access token")}: " +
                $"accept its terms at {page}, with the account of the token."),
            _ => null,
        };

        ModelNotFoundException NotFound(string message) => new($"{message} {error.Message}", error);

        DownloadException Denied(string message) => new($"{message} {error.Message}", error) { StatusCode = error.StatusCode };
    }
}
