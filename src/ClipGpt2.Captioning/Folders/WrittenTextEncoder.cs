using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Folders;

/// <summary>A CLIP text encoder whose weights the image encoder of the same model has written with its own, which may have been trained.</summary>
internal sealed class WrittenTextEncoder : ISavablePart
{
    string ISavablePart.Kind => "clip";

    void ISavablePart.Save(string path, JsonObject description)
    {
    }
}
