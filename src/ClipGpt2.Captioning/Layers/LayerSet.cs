using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The layers that a model owns, and the names of its trainable weights.</summary>
internal sealed class LayerSet : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<KeyValuePair<string, Tensor>> _parameters = [];
    private readonly List<KeyValuePair<string, Tensor>> _statistics = [];

    /// <summary>What belongs to the weights and isn't trained, by name; empty for a model that was loaded for inference.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Statistics => _statistics;

    /// <summary>The weights by name, in the order in which the model took them.</summary>
    /// <exception cref="CaptioningException">The model was loaded for inference, and most of its weights are packed.</exception>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Trained(ComputeOptions compute) => compute.Trainable
        ? _parameters
        : throw new CaptioningException("The weights were packed for inference: load the model with ComputeOptions.Trainable to train or save it.");

    public T Own<T>(T layer)
        where T : IDisposable
    {
        _owned.Add(layer);
        return layer;
    }

    public void Add(string name, Tensor weight) => _parameters.Add(new(name, weight));

    public void AddStatistics(string name, Tensor values) => _statistics.Add(new(name, values));

    public void Dispose() => _owned.ForEach(layer => layer.Dispose());
}
