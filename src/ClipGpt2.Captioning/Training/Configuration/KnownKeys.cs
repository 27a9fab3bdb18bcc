namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>All paths that a configuration may have, to find what somebody meant.</summary>
/// <param name="configuration">The whole configuration's type.</param>
internal sealed class KnownKeys(Type configuration)
{
    private readonly IReadOnlyList<string> _all = [.. PathsOf(configuration, "")];

    /// <summary>What to say about a path that isn't known.</summary>
    public string Suggestion(string path) => $"the nearest known one is {_all.MinBy(known => Distance(path, known))}";

    private static IEnumerable<string> PathsOf(Type section, string path)
    {
        foreach (var key in ConfigurationContract.KeysOf(section))
        {
            yield return path + key.Name;
            foreach (var inner in key.IsSection ? PathsOf(key.Type, $"{path}{key.Name}.") : [])
            {
                yield return inner;
            }
        }
    }

    /// <summary>The distance of the last names, and a little more for a key of another section: a slip of the pen comes before a slip of the place.</summary>
    private static int Distance(string path, string known)
    {
        var (section, name) = Split(path);
        var (knownSection, knownName) = Split(known);
        return EditDistance(name, knownName) + (section == knownSection ? 0 : 3);
    }

    private static (string Section, string Name) Split(string path) => path.LastIndexOf('.') is >= 0 and var dot ? (path[..dot], path[(dot + 1)..]) : ("", path);

    /// <summary>Levenshtein's distance, in which a letter that is missing counts half of one that is wrong: people leave parts of a name out.</summary>
    private static int EditDistance(string from, string to)
    {
        const int Missing = 1;
        const int Wrong = 2;
        var row = Enumerable.Range(0, to.Length + 1).Select(j => j * Missing).ToArray();
        foreach (var letter in from)
        {
            var diagonal = row[0];
            row[0] += Wrong;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (letter == to[j - 1] ? 0 : Wrong);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j] + Wrong, row[j - 1] + Missing));
            }
        }

        return row[^1];
    }
}
