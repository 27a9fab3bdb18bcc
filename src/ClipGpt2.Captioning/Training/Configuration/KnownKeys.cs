namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>All paths that a configuration may have, to find what somebody meant.</summary>
internal static class KnownKeys
{
    private static readonly IReadOnlyList<string> All = [.. PathsOf(typeof(TrainingConfiguration), "")];

    /// <summary>What to say about a path that isn't known.</summary>
    public static string Suggestion(string path)
    {
        var nearest = All.MinBy(known => Distance(path, known))!;
        return $"the nearest known one is {nearest}";
    }

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

    /// <summary>Edits between the last names; one more for a key of another section, so that a slip of the pen comes before a slip of the place.</summary>
    private static int Distance(string path, string known)
    {
        var (section, name) = Split(path);
        var (knownSection, knownName) = Split(known);
        return (2 * EditDistance(name, knownName)) + (section == knownSection ? 0 : 3);
    }

    private static (string Section, string Name) Split(string path) => path.LastIndexOf('.') is >= 0 and var dot ? (path[..dot], path[(dot + 1)..]) : ("", path);

    /// <summary>The number of letters to put in, take out or replace (Levenshtein, 1966).</summary>
    private static int EditDistance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
