using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

/// <summary>The value that a key has if nobody gives one, as JSON: with the reference program's objective, and with another.</summary>
internal static class ConfigurationDefaults
{
    private static readonly TrainingConfiguration Seed = TrainingConfiguration.For(CaptionObjective.Reference);
    private static readonly TrainingConfiguration Other = TrainingConfiguration.For(CaptionObjective.Corrected);

    /// <summary>With another objective than the reference program's; null where that is the same.</summary>
    public static (string Seed, string? Other) Of(ConfigurationKey key)
    {
        var (seed, other) = (Text(Seed, key), Text(Other, key));
        return (seed, seed == other || key.Name == "objective" ? null : other);
    }

    private static string Text(TrainingConfiguration configuration, ConfigurationKey key)
    {
        var owner = SectionsIn(configuration).Single(section => section.GetType().IsAssignableTo(key.Property.DeclaringType));
        return ConfigurationContract.Text(key.Get(owner));
    }

    private static IEnumerable<object> SectionsIn(object section) =>
        ConfigurationContract.KeysOf(section.GetType()).Where(key => key.IsSection).Select(key => key.GetSection(section)).SelectMany(inner => SectionsIn(inner).Prepend(inner));
}
