using System.Diagnostics;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Runtime.Kernels;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>How fast a large matrix product is in the library that does it best.</summary>
internal sealed class GemmProbe : IDisposable
{
    private const int Size = 2048;
    private const double Flops = 2.0 * Size * Size * Size;

    private readonly List<IDisposable> _owned = [];
    private readonly List<(string Name, Action Product)> _products;

    private GemmProbe(Func<GemmProbe, IEnumerable<(string Name, Action Product)>> products)
    {
        _products = [.. products(this)];
        Libraries = string.Join(", ", _products.Select(p => $"{p.Name} {Enumerable.Range(0, 4).Max(_ => Rate(p.Product)) / 1e9:F0}"));
    }

    /// <summary>What each library reached at the start, in GFLOP/s.</summary>
    public string Libraries { get; }

    public static GemmProbe Float32() => new(probe => [.. probe.Torch(ScalarType.Float32), ("ONNX Runtime", probe.OnnxRuntime())]);

    public static GemmProbe BFloat16() => new(probe => probe.Torch(ScalarType.BFloat16));

    /// <summary>FLOP/s of the library that is fastest now.</summary>
    public double Measure() => _products.Max(p => Rate(p.Product));

    public void Dispose() => _owned.ForEach(o => o.Dispose());

    private static double Rate(Action product)
    {
        var begin = Stopwatch.GetTimestamp();
        product();
        return Flops / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private IEnumerable<(string Name, Action Product)> Torch(ScalarType type)
    {
        var x = Own(randn(Size, Size).to_type(type));
        var weight = Own(randn(Size, Size).to_type(type));
        yield return ("libtorch", () => x.matmul(weight).Dispose());
        if (OneDnn.IsAvailable)
        {
            var packed = Own(OneDnn.Pack(weight));
            yield return ("oneDNN", () => OneDnn.Linear(x, packed, null).Dispose());
        }
    }

    private Action OnnxRuntime()
    {
        using var options = PeerModel.Options();
        var session = Own(new InferenceSession(MatMulGraph.Create(), options));
        var binding = Own(session.CreateIoBinding());
        var run = Own(new RunOptions());
        foreach (var name in (string[])["x", "w"])
        {
            binding.BindInput(name, Own(Square()));
        }

        binding.BindOutput("y", Own(Square()));
        return () => session.RunWithBinding(run, binding);
    }

    private static OrtValue Square() => OrtValue.CreateTensorValueFromMemory(UniformRule.Values(Size * Size, seed: 1), [Size, Size]);

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }
}
