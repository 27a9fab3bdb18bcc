using System.Runtime.Intrinsics.X86;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>What <see cref="Precision.Auto"/> comes to on this machine.</summary>
internal static class NumberFormat
{
    /// <summary>The precision with <see cref="Precision.Auto"/> resolved for this machine.</summary>
    public static Precision Resolve(ComputeOptions compute) => compute.Precision switch
    {
        Precision.Auto when compute.IsCuda => Precision.BFloat16,
        Precision.Auto => Fastest,
        var precision => precision,
    };

    /// <summary>The precision of products of many rows, for which 8-bit weights would have to be unpacked: there the fastest format takes their place.</summary>
    public static Precision ManyRows(ComputeOptions compute) => Resolve(compute) is var precision && precision == Precision.Int8Weights ? Fastest : precision;

    private static Precision Fastest => OneDnn.HasBFloat16 && HasBFloat16Products ? Precision.BFloat16 : Precision.Float32;

    /// <summary>Whether the processor multiplies bfloat16 itself: AVX512_BF16, which every processor with AMX has too.</summary>
    private static bool HasBFloat16Products => Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
}
