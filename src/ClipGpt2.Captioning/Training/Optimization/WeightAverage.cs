using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>An exponential moving average of the weights, which often does better than the weights that the last step left.</summary>
/// <remarks>
/// After each step average += (1 - decay) (weight - average), as torch's <c>get_ema_multi_avg_fn</c>; it begins as the weights that the run
/// began with. The result doesn't depend on the number of threads. Not safe from several threads.
/// </remarks>
internal sealed unsafe class WeightAverage : IDisposable
{
    private const string NamePrefix = "average.";

    private readonly IReadOnlyList<TrainedWeight> _weights;
    private readonly Tensor[] _averages;
    private readonly double _share;
    private bool _inPlace;

    /// <summary>Begins with the weights as they are.</summary>
    /// <param name="weights">The weights, which stay their parts' own.</param>
    /// <param name="decay">How much of the average a step leaves.</param>
    public WeightAverage(IReadOnlyList<TrainedWeight> weights, double decay)
    {
        using var frozen = no_grad();
        _weights = weights;
        _share = 1 - decay;
        _averages = [.. weights.Select(weight => PlainMemory.CreateLike(weight.Weight).copy_(weight.Weight).DetachFromDisposeScope())];
    }

    /// <summary>Takes the weights that a step left into the average.</summary>
    public void Update()
    {
        RequireWeights();
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var tasks = new List<AverageTask>(_averages.Length);
        foreach (var (average, weight) in Pairs())
        {
            if (PlainMemory.Has(weight) && PlainMemory.Has(average))
            {
                tasks.Add(new() { Average = PlainMemory.Of(average), Weight = PlainMemory.Of(weight), Elements = weight.numel(), Share = (float)_share });
            }
            else
            {
                average.lerp_(weight, _share);
            }
        }

        KernelTasks.Run<AverageTask>(CollectionsMarshal.AsSpan(tasks));
    }

    /// <summary>Puts the average into the models, for a validation or a checkpoint, until the result is disposed.</summary>
    /// <returns>What puts the weights back, bit for bit, when it is disposed.</returns>
    public IDisposable Apply()
    {
        RequireWeights();
        Exchange();
        return new WeightsBack(this);
    }

    /// <summary>The average by name: what <see cref="Restore"/> takes.</summary>
    /// <returns>Views, made as they are asked for; the caller's own.</returns>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        RequireWeights();
        for (var i = 0; i < _averages.Length; i++)
        {
            yield return new(NamePrefix + _weights[i].Name, _averages[i].alias().DetachFromDisposeScope());
        }
    }

    /// <summary>Goes on from another average of the same weights, bit for bit.</summary>
    /// <param name="source">Where <see cref="State"/> was saved, perhaps among other things; stays the caller's.</param>
    /// <exception cref="CheckpointFormatException">It is the average of other weights; nothing has been changed.</exception>
    public void Restore(ITensorSource source)
    {
        RequireWeights();
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var stored = new StoredState(source, NamePrefix);
        var read = _weights.Select(weight => stored.Read(NamePrefix + weight.Name, weight.Weight)).ToList();
        stored.Finish();
        foreach (var (average, value) in _averages.Zip(read))
        {
            average.copy_(value);
        }
    }

    /// <summary>Frees the average; the weights stay.</summary>
    public void Dispose() => Array.ForEach(_averages, average => average.Dispose());

    private IEnumerable<(Tensor Average, Tensor Weight)> Pairs() => _averages.Zip(_weights, (average, weight) => (average, weight.Weight));

    private void Exchange()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var tasks = new List<ExchangeTask>(_averages.Length);
        foreach (var (average, weight) in Pairs())
        {
            if (PlainMemory.Has(weight) && PlainMemory.Has(average))
            {
                tasks.Add(new() { One = PlainMemory.Of(average), Other = PlainMemory.Of(weight), Elements = weight.numel() });
            }
            else
            {
                var before = weight.clone();
                weight.copy_(average);
                average.copy_(before);
            }
        }

        KernelTasks.Run<ExchangeTask>(CollectionsMarshal.AsSpan(tasks));
        _inPlace = !_inPlace;
    }

    private void RequireWeights()
    {
        if (_inPlace)
        {
            throw new InvalidOperationException("The average is in the weights' place: dispose what Apply returned first.");
        }
    }

    private sealed class WeightsBack(WeightAverage average) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                average.Exchange();
            }
        }
    }
}
