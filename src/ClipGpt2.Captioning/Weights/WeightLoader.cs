using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Hands a model its weights by name and gathers everything that doesn't fit into one error.</summary>
/// <remarks>
/// A model's constructor holds the loader in a <c>using</c>, takes what it needs and ends with <see cref="Finish"/>. Until then the loader owns
/// what it has handed out and releases it when it is disposed, so that nothing leaks if the constructor fails. A missing or misshapen tensor is
/// noted and zeros of the asked shape are returned in its place, so that one exception can list all. Not safe from several threads.
/// </remarks>
public sealed class WeightLoader : IDisposable
{
    /// <summary>Beyond this many faults (a configuration of a billion layers) listing more helps nobody.</summary>
    private const int MostFaults = 10_000;

    private readonly ITensorSource _source;
    private readonly WeightNameMap? _names;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<torch.Tensor> _handedOut = [];
    private readonly List<string> _faults = [];
    private readonly long _mostPlaceholders;
    private Int128 _placeholders;

    /// <summary>Creates a loader over a source, which stays the caller's.</summary>
    /// <param name="source">Where the tensors are.</param>
    /// <param name="compute">Where and how the model computes, and whether the weights are to be trained.</param>
    public WeightLoader(ITensorSource source, ComputeOptions compute)
        : this(source, compute, names: null)
    {
    }

    /// <param name="source">Where the tensors are.</param>
    /// <param name="compute">Where and how the model computes.</param>
    /// <param name="names">How the source names them; null if as the model does.</param>
    internal WeightLoader(ITensorSource source, ComputeOptions compute, WeightNameMap? names)
    {
        TorchRuntime.Load();
        _source = source;
        _names = names;
        Compute = compute;

        // What stands in for missing tensors mustn't take more memory than the real ones could: a configuration may ask for anything.
        _mostPlaceholders = Math.Max(1 << 22, source.Tensors.Values.Sum(tensor => tensor.ByteLength) / 2);
    }

    /// <summary>Where and how the model will compute.</summary>
    public ComputeOptions Compute { get; }

    /// <summary>Whether the source has a tensor.</summary>
    /// <param name="name">The name that the model uses.</param>
    /// <returns>True if it is there.</returns>
    public bool Has(string name) => _source.Tensors.ContainsKey(PlaceOf(name).Name);

    /// <summary>Reads a floating-point tensor as float32 onto the CPU (the layer that takes it converts and moves it).</summary>
    /// <remarks>A stored float32 tensor isn't copied but lies on the file's pages, unless it is to be trained.</remarks>
    /// <param name="name">The name that the model uses.</param>
    /// <param name="shape">The shape that the model needs.</param>
    /// <returns>A contiguous tensor outside all dispose scopes; the caller's own once <see cref="Finish"/> has returned.</returns>
    /// <exception cref="CheckpointFormatException">The tensor can't be read, or what is asked for is far larger than the whole source.</exception>
    public torch.Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        using var scope = torch.NewDisposeScope();
        var place = PlaceOf(name);
        if (!Check(place, shape))
        {
            return HandOut(torch.zeros(shape));
        }

        var weight = place.Cut(_source.Read(place.Name));
        var copy = Compute.Trainable && weight.dtype == torch.ScalarType.Float32;
        return HandOut(copy ? weight.clone() : weight.to_type(torch.ScalarType.Float32));
    }

    /// <summary>Says which of the source's tensors the model knows of but doesn't use, such as another tower's.</summary>
    /// <param name="known">Given a name in the source, whether it may be there.</param>
    internal void Ignore(Func<string, bool> known) => _known.UnionWith(_source.Tensors.Keys.Where(known));

    /// <summary>Ends the loading: what was taken now belongs to the model.</summary>
    /// <exception cref="CheckpointFormatException">Lists every missing, misshapen and unexpected tensor.</exception>
    public void Finish()
    {
        var unexpected = _source.Tensors.Keys.Where(stored => !_known.Contains(stored) && _names?.IsBuffer(stored) != true);
        _faults.AddRange(unexpected.Select(stored => $"unexpected: '{stored}'"));
        if (_faults.Count > 0)
        {
            throw Failure();
        }

        _handedOut.Clear();
    }

    /// <summary>Releases what was handed out, unless <see cref="Finish"/> has passed it on.</summary>
    public void Dispose()
    {
        _handedOut.ForEach(tensor => tensor.Dispose());
        _handedOut.Clear();
    }

    private WeightPlace PlaceOf(string name) => _names?.PlaceOf(name) ?? new(name);

    private torch.Tensor HandOut(torch.Tensor tensor)
    {
        _handedOut.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <summary>Whether a tensor is as asked for; if not, the fault is noted.</summary>
    private bool Check(WeightPlace place, ReadOnlySpan<long> shape)
    {
        var (stored, needed) = (place.Name, place.StoredShape(shape));
        _known.Add(stored);
        if (!_source.Tensors.TryGetValue(stored, out var info))
        {
            return Fault($"missing: '{stored}' [{Join(needed)}]", shape);
        }

        if (!needed.SequenceEqual(info.Shape))
        {
            return Fault($"misshapen: '{stored}' is [{string.Join(", ", info.Shape)}] and must be [{Join(needed)}]", shape);
        }

        return info.DataType is "F32" or "F16" or "BF16" or "F64"
            || Fault($"of the wrong type: '{stored}' is {info.DataType} and must be F32, F16, BF16 or F64", shape);
    }

    private bool Fault(string fault, ReadOnlySpan<long> shape)
    {
        _faults.Add(fault);

        Int128 elements = 1;
        foreach (var size in shape)
        {
            elements = Int128.Min(elements * size, long.MaxValue);
        }

        _placeholders += elements;
        return shape.ContainsAnyInRange(long.MinValue, -1) || _placeholders > _mostPlaceholders || _faults.Count > MostFaults ? throw Failure() : false;
    }

    private CheckpointFormatException Failure()
    {
        Dispose();
        return new($"The weights in '{_source.Location}' don't fit the model's configuration:{string.Concat(_faults.Distinct().Select(fault => Environment.NewLine + "  " + fault))}");
    }

    private static string Join(long[] shape) => string.Join(", ", shape);
}
