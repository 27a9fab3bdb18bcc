using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Whose reading of GPT-2's files a captioner was trained or saved with, as checkpoints and captioners' folders keep it: only where it isn't the default.</summary>
internal static class RecordedCompatibility
{
    private const string Key = "compatibility";

    /// <summary>What a section says; null where it says nothing.</summary>
    /// <exception cref="CheckpointFormatException">It names no known one.</exception>
    public static ModelCompatibility? Find(ConfigSection section)
    {
        if (!section.Has(Key))
        {
            return null;
        }

        var name = section.Text(Key);
        var known = Enum.GetValues<ModelCompatibility>().ToDictionary(Name);
        return known.TryGetValue(name, out var compatibility) ? compatibility : throw section.Error(Key, $"is '{name}', and must be one of {string.Join(", ", known.Keys)}");
    }

    /// <summary>Writes it into a section.</summary>
    public static void Write(JsonObject section, ModelCompatibility compatibility)
    {
        section.Remove(Key);
        if (compatibility != default)
        {
            section[Key] = Name(compatibility);
        }
    }

    /// <summary>A version as configurations name it.</summary>
    public static string Name(ModelCompatibility compatibility) => JsonNamingPolicy.SnakeCaseLower.ConvertName(compatibility.ToString());
}
