using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>What the shapes of stored weights say of a model's sizes, where no configuration lies beside them.</summary>
internal sealed class StoredSizes(ITensorSource weights)
{
    /// <summary>No size of a model is larger, so that products of two still fit into an integer.</summary>
    public const int Largest = 1 << 20;

    public string Location => weights.Location;

    public bool Has(string name) => weights.Tensors.ContainsKey(name);

    /// <summary>One of a tensor's sizes.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="dimension">Which one.</param>
    /// <param name="dimensions">How many the tensor must have.</param>
    /// <exception cref="CheckpointFormatException">There is no such tensor, or it has another form.</exception>
    public int Size(string name, int dimension, int dimensions)
    {
        if (!weights.Tensors.TryGetValue(name, out var info))
        {
            throw new CheckpointFormatException($"'{Location}' lacks the tensor '{name}', which tells a size of the model: it is no whole CLIP in OpenAI's form.");
        }

        return info.Shape.Count == dimensions && info.Shape[dimension] is > 0 and <= Largest
            ? (int)info.Shape[dimension]
            : throw Wrong(name, $"must have {dimensions} sizes from 1 to {Largest}");
    }

    /// <summary>The side of the square of patches that a table of positions is for, its first row being another's.</summary>
    public int Grid(string name)
    {
        var rows = Size(name, 0, 2);
        var side = (int)Math.Round(Math.Sqrt(rows - 1));
        return side > 0 && (side * side) + 1 == rows ? side : throw Wrong(name, "must have a row more than a square has places");
    }

    /// <summary>How many numbered parts there are whose names begin alike.</summary>
    /// <param name="namePrefix">What the names begin with, up to the number.</param>
    public int Count(string namePrefix) => weights.Tensors.Keys
        .Where(name => name.StartsWith(namePrefix, StringComparison.Ordinal))
        .Select(name => name[namePrefix.Length..].Split('.')[0])
        .Distinct(StringComparer.Ordinal)
        .Count();

    public CheckpointFormatException Wrong(string name, string right) => new(
        $"'{Location}': the tensor '{name}' is [{string.Join(", ", weights.Tensors[name].Shape)}] and {right}.");

    /// <summary>An element type by safetensors' name, or null.</summary>
    public string? Type(string name) => weights.Tensors.GetValueOrDefault(name)?.DataType;
}
