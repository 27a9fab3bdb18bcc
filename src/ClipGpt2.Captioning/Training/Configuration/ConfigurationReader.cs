using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>Puts JSON into a configuration that has its defaults already, and gathers what is wrong with it.</summary>
/// <param name="errors">Where errors are gathered.</param>
/// <param name="kinds">The names that are known; null for the library's own.</param>
internal sealed class ConfigurationReader(ConfigurationErrors errors, TrainingKinds? kinds = null)
{
    /// <summary>Editors put a schema's address there.</summary>
    private const string SchemaKey = "$schema";

    private readonly FileWords _words = new(kinds ?? new());
    private KnownKeys? _known;

    /// <summary>Reads a file, or an option that stands for a part of one.</summary>
    /// <param name="json">The whole.</param>
    /// <param name="configuration">What it is put into.</param>
    /// <param name="source">The file or the option, for messages.</param>
    public void Read(JsonElement json, object configuration, string source)
    {
        errors.Give("", source);
        _known = new KnownKeys(configuration.GetType());
        Read(json, configuration, "", source);
    }

    /// <summary>Checks that every key is there that must be, and within its limits.</summary>
    public void Check(object section, bool mayBeMissing = false) => new OptionCheck(errors, _words).Check(section, section.GetType(), mayBeMissing: mayBeMissing);

    private void Read(JsonElement json, object section, string path, string source)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path, $"is {OptionCheck.Shortened(json.GetRawText())}; it must be an object");
            return;
        }

        var keys = _words.KeysOf(section.GetType()).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject().Where(member => path.Length > 0 || member.Name != SchemaKey))
        {
            var at = OptionCheck.Join(path, member.Name);
            errors.Give(at, source);
            if (!seen.Add(member.Name))
            {
                errors.Add(at, "is given twice; give it once");
            }
            else if (keys.FirstOrDefault(key => key.Name == member.Name) is { } key)
            {
                Read(member.Value, section, key, at, source);
            }
            else
            {
                errors.Add(at, $"is no known key; {_known!.Suggestion(at)}");
            }
        }
    }

    private void Read(JsonElement json, object section, ConfigurationKey key, string at, string source)
    {
        // Null is no value here: the key counts as left out.
        if (json.ValueKind == JsonValueKind.Null && !key.IsRequired && !key.IsNullable)
        {
            return;
        }

        if (key.IsSection && json.ValueKind == JsonValueKind.Object)
        {
            Read(json, key.GetSection(section), at, source);
        }
        else if ((key.IsSection && json.ValueKind != JsonValueKind.Null) || !key.TrySet(section, json))
        {
            errors.Add(at, $"is {OptionCheck.Shortened(json.GetRawText())}; it must be {key.Expected(_words)}");
        }
    }
}
