using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Inspection;

/// <summary>What a model file holds, read from its header alone.</summary>
internal sealed record ModelReport(string File, long Parameters, long Bytes, IReadOnlyDictionary<string, string>? Metadata, IReadOnlyList<TensorReport> Tensors)
{
    /// <summary>Looks into a file of weights, a sharded index, a model folder, or the one that an id has in the cache.</summary>
    /// <exception cref="CaptioningException">There is no such file or model, or it is damaged.</exception>
    public static ModelReport Of(string path)
    {
        if (ImageFiles.IsPicture(path))
        {
            throw new CaptioningException($"'{path}' is a picture: say by --preprocess which model's view of it to show.");
        }

        using var source = TensorFiles.Open(TensorFiles.IsFileName(path) ? path : ModelFolder.Locate(path, LocalModels.Search()));
        TensorReport[] tensors = [.. source.Tensors.Values.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TensorReport(t.Name, t.DataType, t.Shape, t.ByteLength))];
        return new(path, tensors.Sum(t => t.Elements), tensors.Sum(t => t.Bytes), (source as SafetensorsFile)?.Metadata, tensors);
    }
}

/// <summary>One tensor of a <see cref="ModelReport"/>.</summary>
internal sealed record TensorReport(string Name, string Dtype, IReadOnlyList<long> Shape, long Bytes)
{
    internal long Elements => Shape.Aggregate(1L, (a, b) => a * b);
}
