using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Plain values out of a PyTorch file as JSON: an object of a known class becomes its fields.</summary>
internal static class PyTorchJson
{
    /// <summary>A configuration has two levels; a value that holds itself has no last one.</summary>
    private const int MostLevels = 16;

    /// <summary>A configuration has some dozens; a short file can name one list a thousand times, and on each level again.</summary>
    private const int MostValues = 10_000;

    /// <exception cref="Weights.CheckpointFormatException">It holds something that JSON can't, or too much.</exception>
    public static JsonNode? Of(PyTorchValue value)
    {
        var left = MostValues;
        return Of(value, 0, ref left);
    }

    private static JsonNode? Of(PyTorchValue value, int level, ref int left)
    {
        if (--left < 0)
        {
            throw value.Error($"is more than {MostValues} values together with those before it");
        }

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
            PyTorchValueKind.List => ListOf(value, level, ref left),
            PyTorchValueKind.Dictionary or PyTorchValueKind.Object => MapOf(value, level, ref left),
            _ => throw value.Error("must be plain data: numbers, texts, lists and dictionaries of such"),
        };
    }

    private static JsonArray ListOf(PyTorchValue value, int level, ref int left)
    {
        var list = new JsonArray();
        foreach (var item in value.Items)
        {
            list.Add(Of(item, level + 1, ref left));
        }

        return list;
    }

    private static JsonObject MapOf(PyTorchValue value, int level, ref int left)
    {
        var map = new JsonObject();
        foreach (var name in value.Names)
        {
            map.Add(name, Of(value[name], level + 1, ref left));
        }

        return map;
    }
}
