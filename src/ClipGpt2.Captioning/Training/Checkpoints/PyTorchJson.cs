using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Plain values out of a PyTorch file as JSON: an object of a known class becomes its fields.</summary>
internal static class PyTorchJson
{
    /// <summary>A configuration has two levels; a value that holds itself has no last one.</summary>
    private const int MostLevels = 16;

    /// <exception cref="Weights.CheckpointFormatException">It holds something that JSON can't.</exception>
    public static JsonNode? Of(PyTorchValue value, int level = 0)
    {
        if (level > MostLevels)
        {
            throw value.Error($"has more than {MostLevels} levels");
        }

        return value.Kind switch
        {
            PyTorchValueKind.None => null,
            PyTorchValueKind.Flag => value.AsFlag(),
            PyTorchValueKind.Integer => value.AsInteger(),
            PyTorchValueKind.Number => JsonNode.Parse(SortedJson.Number(value.AsNumber())),
            PyTorchValueKind.Text => value.AsText(),
            PyTorchValueKind.List => new JsonArray([.. value.Items.Select(item => Of(item, level + 1))]),
            PyTorchValueKind.Dictionary or PyTorchValueKind.Object =>
                new JsonObject(value.Names.Select(name => new KeyValuePair<string, JsonNode?>(name, Of(value[name], level + 1)))),
            _ => throw value.Error("must be plain data: numbers, texts, lists and dictionaries of such"),
        };
    }
}
