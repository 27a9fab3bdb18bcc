using TorchSharp;

namespace ClipGpt2.Captioning.Weights.Maps;

/// <summary>Weights by the names that models ask by, as OpenAI's form stores them: the reverse of <see cref="ModelNamedTensors"/>.</summary>
internal sealed class StoredNamedTensors : ITensorSource
{
    private readonly ITensorSource _model;
    private readonly OpenAiClipNames _names;
    private readonly Dictionary<string, string[]> _partsOf;

    /// <param name="model">The weights; they stay the caller's.</param>
    /// <param name="names">How they are to be named.</param>
    /// <exception cref="CheckpointFormatException">A part of a stored tensor is missing.</exception>
    public StoredNamedTensors(ITensorSource model, OpenAiClipNames names)
    {
        (_model, _names) = (model, names);
        _partsOf = model.Tensors.Keys
            .GroupBy(name => names.PlaceOf(name).Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.OrderBy(name => names.PlaceOf(name).Part).ToArray(), StringComparer.Ordinal);
        Tensors = _partsOf.ToDictionary(stored => stored.Key, stored => Whole(stored.Key, stored.Value), StringComparer.Ordinal);
    }

    public string Location => _model.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public torch.Tensor Read(string name)
    {
        if (!_partsOf.TryGetValue(name, out var parts))
        {
            throw new CheckpointFormatException($"'{Location}' has no tensor '{name}'.");
        }

        using var scope = torch.NewDisposeScope();
        return _names.PlaceOf(parts[0]).Join([.. parts.Select(_model.Read)]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }

    private TensorInfo Whole(string name, string[] parts)
    {
        var (place, first) = (_names.PlaceOf(parts[0]), _model.Tensors[parts[0]]);
        return parts.Length == place.Parts
            ? new TensorInfo(name, first.DataType, place.StoredShape([.. first.Shape]), first.ByteLength * place.Parts)
            : throw new CheckpointFormatException($"'{Location}' has {parts.Length} of the {place.Parts} weights that '{name}' is made of: {string.Join(", ", parts)}.");
    }
}
