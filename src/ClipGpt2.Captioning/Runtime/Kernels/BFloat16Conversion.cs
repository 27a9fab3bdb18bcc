using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>bfloat16 numbers, each the upper half of a float32, to float32 and back.</summary>
internal static unsafe class BFloat16Conversion
{
    private const uint NotANumber = 0x7fc00000;

    /// <summary>Writes <paramref name="count"/> bfloat16 numbers as float32; nothing is lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* narrow, float* wide, int count)
    {
        var i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Widened(narrow + i).Store(wide + i);
        }

        for (; i < count; i++)
        {
            wide[i] = Widened(narrow[i]);
        }
    }

    /// <summary>Writes <paramref name="count"/> float32 numbers as the bfloat16 next to them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(float* wide, ushort* narrow, int count)
    {
        var i = 0;
        for (; i <= count - (2 * Vector512<float>.Count); i += 2 * Vector512<float>.Count)
        {
            var low = Rounded(Vector512.Load(wide + i)) >>> 16;
            var high = Rounded(Vector512.Load(wide + i + Vector512<float>.Count)) >>> 16;
            Vector512.Narrow(low, high).Store(narrow + i);
        }

        for (; i < count; i++)
        {
            narrow[i] = (ushort)(BitConverter.SingleToUInt32Bits(Rounded(wide[i])) >>> 16);
        }
    }

    /// <summary>Sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Widened(ushort* narrow) => (Vector512.WidenLower(Vector512.Create(Vector256.Load(narrow), default)) << 16).AsSingle();

    public static float Widened(ushort narrow) => BitConverter.UInt32BitsToSingle((uint)narrow << 16);

    /// <summary>The bfloat16 next to a number; ties go to even.</summary>
    public static float Rounded(float value)
    {
        if (float.IsNaN(value))
        {
            return BitConverter.UInt32BitsToSingle(NotANumber);
        }

        var bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
    }

    /// <summary>The bits of float32 numbers rounded to bfloat16 in their upper halves: to the nearest, ties to even; what is no number stays none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Rounded(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = bits + Vector512.Create(0x7fffu) + ((bits >>> 16) & Vector512<uint>.One);
        return Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, Vector512.Create(NotANumber));
    }
}
