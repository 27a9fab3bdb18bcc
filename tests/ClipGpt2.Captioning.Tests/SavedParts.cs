using System.Text;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests;

/// <summary>Parts on their way into a captioner's folder and out of it, one by one.</summary>
internal static class SavedParts
{
    /// <summary>Writes a part and lets it say what else it needs.</summary>
    public static void Save(this ISavablePart part, string path, JsonObject description)
    {
        part.Describe(description);
        part.Save(path);
    }

    /// <summary>Loads an encoder by its description.</summary>
    public static IImageEncoder LoadEncoder(JsonObject description, string path)
    {
        var section = ConfigSection.Parse("captioner.json", Encoding.UTF8.GetBytes(description.ToJsonString()));
        return new CaptionerParts().Encoders.Of(section).Load(new PartContext(section, path, new()));
    }
}
