using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// oneDNN's linear products inside libtorch: weights packed once into blocks, bias and activation or residual fused into the product.
/// </summary>
/// <remarks>
/// In float32 libtorch's plain product is MKL, which runs slower code on processors that aren't Intel's; oneDNN doesn't. Inference only: no
/// gradients. Safe from any number of threads.
/// </remarks>
internal static class OneDnn
{
    private static readonly Lazy<jit.ScriptModule?> Operators = new(Load);
    private static readonly Lazy<bool> BFloat16 = new(() => IsAvailable && Packs(ScalarType.BFloat16));

    /// <summary>What is done to each weight that this thread packs: the place where tests put faults in. Nothing else sets it.</summary>
    [field: ThreadStatic]
    internal static Action<Tensor>? Packed { get; set; }

    /// <summary>Whether this libtorch has the operators (builds for x86-64 processors do).</summary>
    public static bool IsAvailable => Operators.Value is not null;

    /// <summary>Whether the processor has what the bfloat16 products need: AVX-512 with its byte, double-word and narrow-vector parts, or newer.</summary>
    public static bool HasBFloat16 => BFloat16.Value;

    /// <summary>Why there are no products in a type, or null.</summary>
    public static string? Missing(ScalarType type) => type switch
    {
        ScalarType.Float32 => IsAvailable ? null : "this libtorch has no oneDNN",
        ScalarType.BFloat16 => HasBFloat16 ? null : "oneDNN has no bfloat16 products for this processor",
        _ => $"oneDNN has no products in {type}",
    };

    /// <summary>Packs a weight [out, in] of float32 or bfloat16 into oneDNN's blocked layout.</summary>
    /// <returns>An opaque tensor for the products below.</returns>
    public static Tensor Pack(Tensor weight)
    {
        var packed = PackUndisturbed(weight);
        Packed?.Invoke(packed);
        return packed;
    }

    /// <summary>As <see cref="Pack"/>, but no test's faults come in between: what is found out once for all weights isn't found out on a spoiled one.</summary>
    public static Tensor PackUndisturbed(Tensor weight) => (Tensor)Operators.Value!.invoke("pack", weight);

    /// <summary>Where the packed elements lie, and how many bytes they take.</summary>
    public static (nint Address, long Bytes) Memory(Tensor packed)
    {
        using var address = (Scalar)Operators.Value!.invoke("address", packed);
        using var bytes = (Scalar)Operators.Value!.invoke("bytes", packed);
        return ((nint)address.ToInt64(), bytes.ToInt64());
    }

    /// <summary>x Wᵀ + b with x [rows, in] of the weight's type.</summary>
    public static Tensor Linear(Tensor x, Tensor packed, Tensor? bias) => Invoke("linear", x, packed, bias);

    /// <summary>The activation of x Wᵀ + b. Swish (<c>linear_swish</c>) is x * sigmoid(x).</summary>
    public static Tensor Linear(string method, Tensor x, Tensor packed, Tensor? bias) => Invoke(method, x, packed, bias);

    /// <summary>x Wᵀ + b + other.</summary>
    public static Tensor LinearAdd(Tensor x, Tensor other, Tensor packed, Tensor? bias) => (Tensor)Operators.Value!.invoke("linear_add", x, other, packed, bias!);

    private static Tensor Invoke(string method, Tensor x, Tensor packed, Tensor? bias) => (Tensor)Operators.Value!.invoke(method, x, packed, bias!);

    private static bool Packs(ScalarType type)
    {
        using var weight = ones(1, 1, type);
        try
        {
            using var packed = Pack(weight);
            return true;
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    private static jit.ScriptModule? Load()
    {
        TorchRuntime.Load();
        try
        {
            using var stream = typeof(OneDnn).Assembly.GetManifestResourceStream("linear_ops.py")!;
            using var reader = new StreamReader(stream);
            var module = jit.load(TorchScriptArchive.Create(reader.ReadToEnd()));
            using var scope = NewDisposeScope();
            module.invoke("linear", ones(1, 1), module.invoke("pack", ones(1, 1)), null!);
            return module;
        }
        catch (ExternalException)
        {
            // A libtorch without oneDNN: the plain products serve.
            return null;
        }
    }
}
