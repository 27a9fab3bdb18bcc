using System.Text.Json.Serialization;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>The number format that a model computes in.</summary>
public enum Precision
{
    /// <summary>32-bit floating point: equal to the reference programs within rounding. The default.</summary>
    Float32,

    /// <summary>bfloat16 weights and products: half the memory and, on processors with AVX512_BF16 or AMX and on GPUs, about twice the speed.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,

    /// <summary>8-bit integer weights with one scale a row, everything else as the products need it; CPU only.</summary>
    [JsonStringEnumMemberName("int8weights")]
    Int8Weights,

    /// <summary>16-bit floating point; CUDA only.</summary>
    Float16,

    /// <summary>The fastest format that this machine does well; which one it is may differ between machines, and with it the last digits of results.</summary>
    Auto,
}
