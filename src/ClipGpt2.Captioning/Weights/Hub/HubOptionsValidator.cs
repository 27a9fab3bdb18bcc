using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Checks the ranges by generated code, and address and token by hand; all errors come together.</summary>
internal sealed class HubOptionsValidator : IValidateOptions<HubOptions>
{
    public ValidateOptionsResult Validate(string? name, HubOptions options)
    {
        var errors = new List<string>(new HubRangeValidator().Validate(name, options).Failures ?? []);
        if (options.Endpoint is { } endpoint && !IsWeb(endpoint))
        {
            errors.Add(
                $"{nameof(options.Endpoint)}: '{endpoint}' must be an address such as 'https://huggingface.co', with http or https, " +
                "and without a question mark, a fragment, a user or a password.");
        }

        // The token itself is nobody's to read in a message.
        if (options.Token is { } token && (token.Length == 0 || token.Any(c => c is <= ' ' or > '~')))
        {
            errors.Add($"{nameof(options.Token)}: a token has visible ASCII characters only, such as 'hf_...', and isn't empty.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsWeb(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) &&
        address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
}

[OptionsValidator]
internal sealed partial class HubRangeValidator : IValidateOptions<HubOptions>;
