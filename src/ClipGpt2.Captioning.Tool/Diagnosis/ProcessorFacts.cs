using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>The processor, as .NET uses it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cores">The logical cores that this process may use.</param>
/// <param name="VectorBits">The widest vectors that .NET computes with.</param>
/// <param name="Vector512">Whether 512-bit vectors are worth it, on which the managed kernels choose.</param>
/// <param name="InstructionSets">Those that .NET uses, of the ones that matter here.</param>
internal sealed record ProcessorFacts(string Name, int Cores, int VectorBits, bool Vector512, IReadOnlyList<string> InstructionSets)
{
    private const int BrandLeaves = unchecked((int)0x80000002);

    public static ProcessorFacts Read()
    {
        var bits = System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 8 * Vector<byte>.Count;
        return new(
            X86Base.IsSupported ? X86Name() : $"{RuntimeInformation.ProcessArchitecture} processor",
            Environment.ProcessorCount,
            bits,
            System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated,
            [.. Known().Where(set => set.IsSupported).Select(set => set.Name)]);
    }

    private static IEnumerable<(string Name, bool IsSupported)> Known() =>
    [
        ("SSE4.2", Sse42.IsSupported), ("AVX", Avx.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported),
        ("AVX-512F", Avx512F.IsSupported), ("AVX-512BW", Avx512BW.IsSupported), ("AVX512_BF16", Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0),
        ("AdvSIMD", AdvSimd.IsSupported),
    ];

    /// <summary>The brand that the processor tells, with the numbers by which errata are known.</summary>
    private static string X86Name()
    {
        var brand = MemoryMarshal.AsBytes<int>([.. Enumerable.Range(BrandLeaves, 3).SelectMany(leaf => Registers(X86Base.CpuId(leaf, 0)))]);
        var (family, model) = FamilyAndModel(X86Base.CpuId(1, 0).Eax);
        return $"{Encoding.ASCII.GetString(brand).Trim('\0', ' ')}, family {family}, model {model}";
    }

    private static int[] Registers((int Eax, int Ebx, int Ecx, int Edx) id) => [id.Eax, id.Ebx, id.Ecx, id.Edx];

    private static (int Family, int Model) FamilyAndModel(int signature)
    {
        var (family, model) = (signature >> 8 & 15, signature >> 4 & 15);
        return family is 6 or 15
            ? (family == 15 ? family + (signature >> 20 & 255) : family, model + ((signature >> 16 & 15) << 4))
            : (family, model);
    }
}
