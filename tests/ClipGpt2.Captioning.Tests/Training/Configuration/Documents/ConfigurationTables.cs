using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

/// <summary>The tables of keys in docs/training.md: each stands between a comment that names its section and one that ends it.</summary>
internal static partial class ConfigurationTables
{
    private static readonly FileWords Words = new(new TrainingKinds());

    /// <summary>The page with its tables made anew.</summary>
    public static string Renew(string page) => Table().Replace(page, match => $"<!-- keys of {match.Groups[1].Value} -->\n{TableOf(match.Groups[1].Value)}<!-- end of keys -->");

    /// <summary>The sections that the page has a table of.</summary>
    public static IEnumerable<string> SectionsIn(string page) => Table().Matches(page).Select(match => match.Groups[1].Value);

    private static string TableOf(string section)
    {
        var type = ConfigurationContract.KeysOf(typeof(TrainingConfiguration)).Single(key => key.Name == section).Type;
        return $"| key | value | default | meaning |\n|---|---|---|---|\n{string.Concat(RowsOf(type, ""))}";
    }

    private static IEnumerable<string> RowsOf(Type section, string namePrefix) => ConfigurationContract.KeysOf(section).SelectMany(key => key.IsSection
        ? RowsOf(key.Type, $"{namePrefix}{key.Name}.")
        : [$"| `{namePrefix}{key.Name}` | {key.Expected(Words).Replace("|", "\\|", StringComparison.Ordinal)} | {Default(key)} | {XmlDocumentation.SummaryOf(key.Property)} |\n"]);

    private static string Default(ConfigurationKey key)
    {
        if (key.IsRequired)
        {
            return "required";
        }

        var (seed, other) = ConfigurationDefaults.Of(key);
        return other is null ? $"`{seed}`" : $"`{seed}`; with another objective than the reference program's `{other}`";
    }

    [GeneratedRegex("<!-- keys of ([a-z0-9_]+) -->\n.*?<!-- end of keys -->", RegexOptions.Singleline)]
    private static partial Regex Table();
}
