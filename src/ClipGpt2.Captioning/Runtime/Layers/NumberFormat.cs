using System.Runtime.Intrinsics.X86;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>What a <see cref="Precision"/> means for the data types of weights and activations.</summary>
internal static class NumberFormat
{
    /// <summary>The precision with <see cref="Precision.Auto"/> resolved for this machine.</summary>
    public static Precision Resolve(ComputeOptions compute) => compute.Precision switch
    {
        Precision.Auto when compute.IsCuda => Precision.BFloat16,
        Precision.Auto => OneDnn.IsAvailable && HasBFloat16Products ? Precision.BFloat16 : Precision.Float32,
        var precision => precision,
    };

    /// <summary>The data type that activations have between layers.</summary>
    public static ScalarType ActivationType(ComputeOptions compute) => Resolve(compute) switch
    {
        Precision.BFloat16 => ScalarType.BFloat16,
        Precision.Float16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    // AVX-512's byte and word extension tells little by itself, but every processor with AVX512_BF16 has AVX512_VBMI and no older one that
    // lacks it does well in bfloat16.
    private static bool HasBFloat16Products => Avx512Vbmi.IsSupported;
}
