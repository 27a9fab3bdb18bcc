using TorchSharp;

namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>Weights that are stored in OpenAI's form, by the names and in the shapes in which models ask for them.</summary>
/// <remarks>What is no weight is left out.</remarks>
internal sealed class ModelNamedTensors : ITensorSource
{
    private readonly ITensorSource _stored;
    private readonly OpenAiClipNames _names;

    /// <param name="stored">The stored weights; they stay the caller's.</param>
    /// <param name="names">How they are named.</param>
    /// <exception cref="CheckpointFormatException">A tensor can't be cut into its parts.</exception>
    public ModelNamedTensors(ITensorSource stored, OpenAiClipNames names)
    {
        (_stored, _names) = (stored, names);
        Tensors = stored.Tensors.Values
            .Where(info => !names.IsBuffer(info.Name))
            .SelectMany(info => names.ModelNames(info.Name).Select(model => Part(info, model)))
            .ToDictionary(info => info.Name, StringComparer.Ordinal);
    }

    public string Location => _stored.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public torch.Tensor Read(string name)
    {
        var place = _names.PlaceOf(name);
        using var scope = torch.NewDisposeScope();
        return place.Cut(_stored.Read(place.Name)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }

    private TensorInfo Part(TensorInfo stored, string model)
    {
        var place = _names.PlaceOf(model);
        var shape = place.Shape(stored.Shape) ?? throw new CheckpointFormatException(
            $"'{Location}': the tensor '{stored.Name}' is [{string.Join(", ", stored.Shape)}] and must be {(place.IsTurned ? "a matrix" : $"{place.Parts} blocks of as many rows")}.");
        return new TensorInfo(model, stored.DataType, shape, stored.ByteLength / place.Parts);
    }
}
