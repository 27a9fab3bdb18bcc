using ClipGpt2.Captioning;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a captioner to a host's services.</summary>
public static class CaptionerServiceCollectionExtensions
{
    /// <summary>Registers one <see cref="Captioner"/> for the whole application, loaded when it is first asked for.</summary>
    /// <remarks>The options are validated when the host starts; all errors come together.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets at least <see cref="CaptionerOptions.ModelFolder"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCaptioner(this IServiceCollection services, Action<CaptionerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptionsWithValidateOnStart<CaptionerOptions, CaptionerOptionsValidator>()
            .Configure(configure)
            .Validate(
                options => !string.IsNullOrWhiteSpace(options.ModelFolder),
                "CaptionerOptions.ModelFolder is not set: name the folder with captioner.json in AddCaptioner(o => o.ModelFolder = ...).");
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CaptionerOptions>>().Value;
            return Captioner.FromPretrained(options.ModelFolder!, options, provider.GetService<ILogger<Captioner>>());
        });
        return services;
    }
}
