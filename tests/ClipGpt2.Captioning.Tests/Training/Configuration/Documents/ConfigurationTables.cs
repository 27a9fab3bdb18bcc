using System.Text;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tests.Training.Configuration.Documents;

/// <summary>The tables of keys in docs/training.md: each stands between a comment that names its section and one that ends it.</summary>
internal static partial class ConfigurationTables
{
    /// <summary>The page with its tables made anew.</summary>
    public static string Renew(string page) => Table().Replace(page, match => $"<!-- keys of {match.Groups[1].Value} -->\n{TableOf(match.Groups[1].Value)}<!-- end of keys -->");

    /// <summary>The sections that the page has a table of.</summary>
    public static IEnumerable<string> SectionsIn(string page) => Table().Matches(page).Select(match => match.Groups[1].Value);

    private static string TableOf(string section)
    {
        var type = ConfigurationContract.KeysOf(typeof(TrainingConfiguration)).Single(key => key.Name == section).Type;
        var table = new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var key in ConfigurationContract.KeysOf(type))
        {
            table.Append(null, $"| `{key.Name}` | {key.Expected} | {Default(key)} | {XmlDocumentation.SummaryOf(key.Property)} |\n");
        }

        return table.ToString();
    }

    private static string Default(ConfigurationKey key)
    {
        if (key.IsRequired)
        {
            return "required";
        }

        var (seed, other) = ConfigurationDefaults.Of(key);
        return other is null ? $"`{seed}`" : $"`{seed}`; with another objective than the seed's `{other}`";
    }

    [GeneratedRegex("<!-- keys of ([a-z0-9_]+) -->\n.*?<!-- end of keys -->", RegexOptions.Singleline)]
    private static partial Regex Table();
}
