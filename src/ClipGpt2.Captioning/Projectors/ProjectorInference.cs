using System.Globalization;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>Tells from a state dict alone which projector it holds: neither the reference program's nor ClipCap's checkpoints name its kind.</summary>
internal static class ProjectorInference
{
    /// <summary>Finds the projector's kind and sizes.</summary>
    /// <param name="source">A state dict.</param>
    /// <param name="namePrefix">What the projector's names begin with, such as <c>clip_project.</c> or <c>projector.</c>.</param>
    /// <param name="hiddenSize">The decoder's hidden size: the shapes hold it only as a factor.</param>
    /// <exception cref="CheckpointFormatException">There is no projector of a known kind, or its shapes don't fit together.</exception>
    public static ProjectorConfig Find(ITensorSource source, string namePrefix, int hiddenSize)
    {
        var shapes = new Shapes(source, namePrefix);
        if (shapes.Find("prefix_const") is { } prefix)
        {
            return Transformer(shapes, prefix);
        }

        if (shapes.Find("model.0.weight") is { } first)
        {
            var (end, middle) = shapes.Matrix("model.2.weight");
            return Of(MlpProjector.Kind, end, first.Columns) with { IntermediateSize = middle };
        }

        if (shapes.Find("0.weight") is { } tanh)
        {
            return Of(LinearTanhProjector.Kind, tanh.Rows, tanh.Columns);
        }

        return shapes.Find("weight") is { } linear
            ? Of(LinearProjector.Kind, linear.Rows, linear.Columns)
            : throw shapes.Error($"has none of '{namePrefix}prefix_const', '{namePrefix}model.0.weight', '{namePrefix}0.weight' and '{namePrefix}weight': it holds no projector of a known kind");

        ProjectorConfig Of(string kind, int rows, int columns) => rows % hiddenSize == 0
            ? new() { Kind = kind, PrefixLength = rows / hiddenSize, EmbeddingDimension = columns, HiddenSize = hiddenSize }
            : throw shapes.Error($"has a projector whose output of {rows} can't be cut into vectors of the decoder's hidden size {hiddenSize}");
    }

    private static ProjectorConfig Transformer(Shapes shapes, (int Rows, int Columns) prefix)
    {
        var (rows, columns) = shapes.Matrix("linear.weight");
        var layers = 0;
        while (shapes.Has(string.Create(CultureInfo.InvariantCulture, $"transformer.layers.{layers}.mlp.fc1.weight")))
        {
            layers++;
        }

        return new ProjectorConfig
        {
            Kind = TransformerProjector.Kind,
            PrefixLength = prefix.Rows,
            EmbeddingDimension = columns,
            HiddenSize = prefix.Columns,
            ClipLength = rows / prefix.Columns,
            Layers = layers,
            IntermediateSize = shapes.Matrix("transformer.layers.0.mlp.fc1.weight").Rows,
        };
    }

    private sealed class Shapes(ITensorSource source, string namePrefix)
    {
        public bool Has(string name) => source.Tensors.ContainsKey(namePrefix + name);

        public (int Rows, int Columns)? Find(string name) => Has(name) ? Matrix(name) : null;

        public (int Rows, int Columns) Matrix(string name) => source.Tensors.GetValueOrDefault(namePrefix + name)?.Shape switch
        {
            [> 0 and <= int.MaxValue and var rows, > 0 and <= int.MaxValue and var columns] => ((int)rows, (int)columns),
            null => throw Error($"has no '{namePrefix}{name}'"),
            var shape => throw Error($"has '{namePrefix}{name}' of shape [{string.Join(", ", shape)}], where a matrix was expected"),
        };

        public CheckpointFormatException Error(string problem) => new($"'{source.Location}' {problem}.");
    }
}
