using System.Collections.Concurrent;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>oneDNN's products with something fused behind them, each proven once a process against the plain product and libtorch's own operator.</summary>
internal static class FusedOperators
{
    // Whole blocks; the layers that are built prove the others.
    private const int Size = 64;
    private const string Sum = "linear_add";

    private static readonly int[] RowCounts = [1, 5, 50];
    private static readonly ConcurrentDictionary<(string Method, ScalarType Type), Lazy<bool>> Proven = new();

    /// <summary>The operator that fuses an activation, or null where there is none that computes right.</summary>
    public static string? Of(Activation activation, ScalarType type)
    {
        var method = activation switch
        {
            Activation.Gelu => "linear_gelu",
            Activation.GeluTanh => "linear_gelu_tanh",
            Activation.Swish => "linear_swish",
            Activation.Relu => "linear_relu",
            Activation.Tanh => "linear_tanh",
            Activation.QuickGelu => null,
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
        };
        return method is not null && Holds(method, type, (x, packed) => OneDnn.Linear(method, x, packed, null), (_, y) => activation.Apply(y)) ? method : null;
    }

    /// <summary>Whether the operator that adds a residual computes right.</summary>
    public static bool Adds(ScalarType type) => Holds(Sum, type, (x, packed) => OneDnn.LinearAdd(x, x, packed, null), (x, y) => y.Plus(x));

    private static bool Holds(string method, ScalarType type, Func<Tensor, Tensor, Tensor> fused, Func<Tensor, Tensor, Tensor> apart)
    {
        var proof = Proven.GetOrAdd((method, type), _ => new Lazy<bool>(() => KernelLedger.Timed(() => Prove(method, type, fused, apart))));
        return proof.Value;
    }

    private static bool Prove(string method, ScalarType type, Func<Tensor, Tensor, Tensor> fused, Func<Tensor, Tensor, Tensor> apart)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var packed = OneDnn.Pack(tensor(ProductProof.Inputs(Size * Size, row: 0)).view(Size, Size).Over(Size).to_type(type));
        foreach (var rows in RowCounts)
        {
            var x = tensor(ProductProof.Inputs(rows * Size, row: 1)).view(rows, Size).to_type(type);
            var expected = apart(x, OneDnn.Linear(x, packed, null)).to_type(ScalarType.Float32);
            var difference = fused(x, packed).to_type(ScalarType.Float32).sub(expected).abs().max().item<float>();

            // Both round the same sums, of about 1; that apart rounds them once more.
            if (!(difference <= (type == ScalarType.Float32 ? 1e-5 : 0.03)))
            {
                KernelLedger.Add(new KernelChoice($"Layers with {method}", type.ToString(), "operators apart", $"with {rows} row(s) the fused one is off by {difference}", IsFallback: true));
                return false;
            }
        }

        return true;
    }
}
