using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The layers that a model owns, and the names of its trainable weights.</summary>
internal sealed class LayerSet : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<KeyValuePair<string, Tensor>> _parameters = [];
    private readonly List<KeyValuePair<string, Tensor>> _statistics = [];
    private readonly Dictionary<string, Linear> _linears = new(StringComparer.Ordinal);

    /// <summary>What belongs to the weights and isn't trained, by name; empty for a model that was loaded for inference.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Statistics => _statistics;

    /// <summary>The linear layers by what their weights' names begin with.</summary>
    public IReadOnlyDictionary<string, Linear> Linears => _linears;

    /// <summary>The weights by name, in the order in which the model took them.</summary>
    /// <param name="compute">How the model computes.</param>
    /// <param name="isWholeOnGpu">Whether none of its layers are fused, so that on a GPU all weights are there in inference too.</param>
    /// <exception cref="CaptioningException">The model was loaded for inference, and most of its weights are packed.</exception>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Trained(ComputeOptions compute, bool isWholeOnGpu = false) => compute.Trainable || (isWholeOnGpu && compute.IsCuda)
        ? _parameters
        : throw new CaptioningException("The weights were packed for inference: load the model with ComputeOptions.Trainable to train or save it.");

    public T Own<T>(T layer)
        where T : IDisposable
    {
        _owned.Add(layer);
        return layer;
    }

    public void Add(string name, Tensor weight) => _parameters.Add(new(name, weight));

    public void Add(string name, Linear layer) => _linears.Add(name, layer);

    public void AddStatistics(string name, Tensor values) => _statistics.Add(new(name, values));

    public void Dispose() => _owned.ForEach(layer => layer.Dispose());
}
