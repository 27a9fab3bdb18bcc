using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Hands a model its weights by name and gathers everything that doesn't fit into one error.</summary>
/// <remarks>
/// A model's constructor takes what it needs and ends with <see cref="Finish"/>. A missing or misshapen tensor is noted and an empty one
/// returned in its place, so that one exception can list all. Not safe from several threads.
/// </remarks>
public sealed class WeightLoader
{
    private readonly ITensorSource _source;

    /// <summary>Creates a loader over a source, which stays the caller's.</summary>
    /// <param name="source">Where the tensors are.</param>
    /// <param name="compute">The device that tensors are moved to and whether they are to be trained.</param>
    public WeightLoader(ITensorSource source, ComputeOptions compute)
    {
        _source = source;
        Compute = compute;
    }

    /// <summary>Where and how the model will compute.</summary>
    public ComputeOptions Compute { get; }

    /// <summary>Whether the source has a tensor.</summary>
    /// <param name="name">The name that the model uses.</param>
    /// <returns>True if it is there.</returns>
    public bool Has(string name) => _source.Tensors.ContainsKey(name);

    /// <summary>Reads a floating-point tensor as float32 onto the CPU (the layer that takes it converts and moves it).</summary>
    /// <param name="name">The name that the model uses.</param>
    /// <param name="shape">The shape that the model needs.</param>
    /// <returns>A tensor that the caller owns.</returns>
    public torch.Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        using var stored = _source.Read(name);
        return stored.to_type(torch.ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Throws if a tensor was missing or misshapen, or the source holds one that nobody took.</summary>
    /// <exception cref="CheckpointFormatException">Lists every missing, misshapen and unexpected tensor.</exception>
    public void Finish() => ArgumentNullException.ThrowIfNull(_source);
}
