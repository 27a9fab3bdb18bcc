using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>One panel of 24 outputs of a float32 weight [in][24] times one, two or four rows: the sums stay in AVX2's 16 registers.</summary>
internal static unsafe class Float32NarrowRows
{
    // How far ahead of the product the weight is asked for, in elements: the processor's own prefetching ends at each page.
    private const int Ahead = 1032;

    private const int Width = PanelWeight.Narrow;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(float* weight, int inputs, float* x0, float* sums)
    {
        var (s00, s01, s02) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16));
        for (var i = 0; i < inputs; i++, weight += Width)
        {
            Sse.Prefetch0(weight + Ahead);
            Sse.Prefetch0(weight + Ahead + 16);
            var v0 = Vector256.Create(x0[i]);
            s00 = Vector256.FusedMultiplyAdd(v0, Vector256.Load(weight), s00);
            s01 = Vector256.FusedMultiplyAdd(v0, Vector256.Load(weight + 8), s01);
            s02 = Vector256.FusedMultiplyAdd(v0, Vector256.Load(weight + 16), s02);
        }

        s00.Store(sums);
        s01.Store(sums + 8);
        s02.Store(sums + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two(float* weight, int inputs, float* x0, float* x1, float* sums)
    {
        var (s00, s01, s02) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16));
        var (s10, s11, s12) = (Vector256.Load(sums + 24), Vector256.Load(sums + 32), Vector256.Load(sums + 40));
        for (var i = 0; i < inputs; i++, weight += Width)
        {
            Sse.Prefetch0(weight + Ahead);
            Sse.Prefetch0(weight + Ahead + 16);
            var w0 = Vector256.Load(weight);
            var w1 = Vector256.Load(weight + 8);
            var w2 = Vector256.Load(weight + 16);
            var v0 = Vector256.Create(x0[i]);
            s00 = Vector256.FusedMultiplyAdd(v0, w0, s00);
            s01 = Vector256.FusedMultiplyAdd(v0, w1, s01);
            s02 = Vector256.FusedMultiplyAdd(v0, w2, s02);
            var v1 = Vector256.Create(x1[i]);
            s10 = Vector256.FusedMultiplyAdd(v1, w0, s10);
            s11 = Vector256.FusedMultiplyAdd(v1, w1, s11);
            s12 = Vector256.FusedMultiplyAdd(v1, w2, s12);
        }

        s00.Store(sums);
        s01.Store(sums + 8);
        s02.Store(sums + 16);
        s10.Store(sums + 24);
        s11.Store(sums + 32);
        s12.Store(sums + 40);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(float* weight, int inputs, float* x0, float* x1, float* x2, float* x3, float* sums)
    {
        var (s00, s01, s02) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16));
        var (s10, s11, s12) = (Vector256.Load(sums + 24), Vector256.Load(sums + 32), Vector256.Load(sums + 40));
        var (s20, s21, s22) = (Vector256.Load(sums + 48), Vector256.Load(sums + 56), Vector256.Load(sums + 64));
        var (s30, s31, s32) = (Vector256.Load(sums + 72), Vector256.Load(sums + 80), Vector256.Load(sums + 88));
        for (var i = 0; i < inputs; i++, weight += Width)
        {
            Sse.Prefetch0(weight + Ahead);
            Sse.Prefetch0(weight + Ahead + 16);
            var w0 = Vector256.Load(weight);
            var w1 = Vector256.Load(weight + 8);
            var w2 = Vector256.Load(weight + 16);
            var v0 = Vector256.Create(x0[i]);
            s00 = Vector256.FusedMultiplyAdd(v0, w0, s00);
            s01 = Vector256.FusedMultiplyAdd(v0, w1, s01);
            s02 = Vector256.FusedMultiplyAdd(v0, w2, s02);
            var v1 = Vector256.Create(x1[i]);
            s10 = Vector256.FusedMultiplyAdd(v1, w0, s10);
            s11 = Vector256.FusedMultiplyAdd(v1, w1, s11);
            s12 = Vector256.FusedMultiplyAdd(v1, w2, s12);
            var v2 = Vector256.Create(x2[i]);
            s20 = Vector256.FusedMultiplyAdd(v2, w0, s20);
            s21 = Vector256.FusedMultiplyAdd(v2, w1, s21);
            s22 = Vector256.FusedMultiplyAdd(v2, w2, s22);
            var v3 = Vector256.Create(x3[i]);
            s30 = Vector256.FusedMultiplyAdd(v3, w0, s30);
            s31 = Vector256.FusedMultiplyAdd(v3, w1, s31);
            s32 = Vector256.FusedMultiplyAdd(v3, w2, s32);
        }

        s00.Store(sums);
        s01.Store(sums + 8);
        s02.Store(sums + 16);
        s10.Store(sums + 24);
        s11.Store(sums + 32);
        s12.Store(sums + 40);
        s20.Store(sums + 48);
        s21.Store(sums + 56);
        s22.Store(sums + 64);
        s30.Store(sums + 72);
        s31.Store(sums + 80);
        s32.Store(sums + 88);
    }
}
