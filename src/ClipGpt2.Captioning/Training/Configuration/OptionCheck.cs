namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Checks options one by one against what their declarations say, be they a file's or made in code.</summary>
internal sealed class OptionCheck(ConfigurationErrors errors, OptionWords words)
{
    /// <summary>Checks that every option is there that must be, and within its limits.</summary>
    /// <param name="group">The options.</param>
    /// <param name="type">The type that declares them.</param>
    /// <param name="path">What leads to them, for messages.</param>
    /// <param name="mayBeMissing">Whether none of them must have been given, as in code.</param>
    public void Check(object group, Type type, string path = "", bool mayBeMissing = true)
    {
        foreach (var key in words.KeysOf(type))
        {
            var at = Join(path, key.Name);
            if (errors.IsWrong(at))
            {
                continue;
            }

            if (key.IsRequired && !mayBeMissing && !errors.IsGiven(at))
            {
                errors.Add(at, $"is missing; it must be {key.Expected(words)}");
            }
            else if (key.IsSection && key.Get(group) is { } inner)
            {
                Check(inner, key.Type, at, mayBeMissing);
            }
            else if (key.Get(group) is var value && !key.Allows(value))
            {
                errors.Add(at, $"is {Shortened(words.Text(value))}; it must be {key.Expected(words)}");
            }
        }
    }

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    public static string Shortened(string text) => text.Length > 60 ? text[..60] + "..." : text;
}
