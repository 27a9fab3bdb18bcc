using ClipGpt2.Captioning;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a captioner to a host's services.</summary>
public static class CaptionerServiceCollectionExtensions
{
    /// <summary>Registers one <see cref="Captioner"/> for the whole application, loaded when it is first asked for.</summary>
    /// <remarks>
    /// The options are validated when the host starts; all errors come together. To add a second captioner this way is such an error, since both
    /// would share their options; register others by <c>AddKeyedSingleton</c> over <see cref="Captioner.FromPretrained"/>.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets at least <see cref="CaptionerOptions.ModelFolder"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCaptioner(this IServiceCollection services, Action<CaptionerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var isFirst = services.All(service => service.ServiceType != typeof(AddedCaptioner));
        services.AddSingleton<AddedCaptioner>();
        if (!isFirst)
        {
            return services;
        }

        services.AddOptionsWithValidateOnStart<CaptionerOptions, CaptionerOptionsValidator>()
            .Configure(configure)
            .Validate(
                options => !string.IsNullOrWhiteSpace(options.ModelFolder),
                "CaptionerOptions.ModelFolder is not set: name the folder with captioner.json in AddCaptioner(o => o.ModelFolder = ...).")
            .Validate<IEnumerable<AddedCaptioner>>(
                (_, added) => added.Count() == 1,
                "AddCaptioner was called more than once: one captioner is registered that way. Call it once, change its options with Configure<CaptionerOptions>(...), "
                + "and register other captioners with AddKeyedSingleton(name, (_, _) => Captioner.FromPretrained(...)).");
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CaptionerOptions>>().Value;
            return Captioner.FromPretrained(options.ModelFolder!, options, provider.GetService<ILogger<Captioner>>());
        });
        return services;
    }

    /// <summary>That <see cref="AddCaptioner"/> was called: one for each time.</summary>
    private sealed class AddedCaptioner;
}
