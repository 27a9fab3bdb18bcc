using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>One panel of 64 outputs of a bfloat16 weight [in / 2][64][2] times one, two or five float32 rows, summed in float32.</summary>
internal static unsafe class BFloat16Rows
{
    // How far ahead of the product the weight is asked for, in pairs of elements: the processor's own prefetching ends at each page.
    private const int Ahead = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* weight, int inputs, float* x0, float* sums)
    {
        var (s00, s01, s02, s03) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        var pair = (uint*)weight;
        for (var i = 0; i + 1 < inputs; i += 2, pair += PanelWeight.Wide)
        {
            Sse.Prefetch0(pair + Ahead + 0);
            Sse.Prefetch0(pair + Ahead + 16);
            Sse.Prefetch0(pair + Ahead + 32);
            Sse.Prefetch0(pair + Ahead + 48);
            var (a0, b0) = (Vector512.Create(x0[i]), Vector512.Create(x0[i + 1]));
            var w0 = Vector512.Load(pair + 0);
            var (l0, h0) = (Even(w0), Odd(w0));
            s00 = Vector512.FusedMultiplyAdd(b0, h0, Vector512.FusedMultiplyAdd(a0, l0, s00));
            var w1 = Vector512.Load(pair + 16);
            var (l1, h1) = (Even(w1), Odd(w1));
            s01 = Vector512.FusedMultiplyAdd(b0, h1, Vector512.FusedMultiplyAdd(a0, l1, s01));
            var w2 = Vector512.Load(pair + 32);
            var (l2, h2) = (Even(w2), Odd(w2));
            s02 = Vector512.FusedMultiplyAdd(b0, h2, Vector512.FusedMultiplyAdd(a0, l2, s02));
            var w3 = Vector512.Load(pair + 48);
            var (l3, h3) = (Even(w3), Odd(w3));
            s03 = Vector512.FusedMultiplyAdd(b0, h3, Vector512.FusedMultiplyAdd(a0, l3, s03));
        }

        if (inputs % 2 == 1)
        {
            s00 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 0)), s00);
            s01 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 16)), s01);
            s02 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 32)), s02);
            s03 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 48)), s03);
        }

        s00.Store(sums + 0);
        s01.Store(sums + 16);
        s02.Store(sums + 32);
        s03.Store(sums + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two(byte* weight, int inputs, float* x0, float* x1, float* sums)
    {
        var (s00, s01, s02, s03) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        var (s10, s11, s12, s13) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80), Vector512.Load(sums + 96), Vector512.Load(sums + 112));
        var pair = (uint*)weight;
        for (var i = 0; i + 1 < inputs; i += 2, pair += PanelWeight.Wide)
        {
            Sse.Prefetch0(pair + Ahead + 0);
            Sse.Prefetch0(pair + Ahead + 16);
            Sse.Prefetch0(pair + Ahead + 32);
            Sse.Prefetch0(pair + Ahead + 48);
            var (a0, b0) = (Vector512.Create(x0[i]), Vector512.Create(x0[i + 1]));
            var (a1, b1) = (Vector512.Create(x1[i]), Vector512.Create(x1[i + 1]));
            var w0 = Vector512.Load(pair + 0);
            var (l0, h0) = (Even(w0), Odd(w0));
            s00 = Vector512.FusedMultiplyAdd(b0, h0, Vector512.FusedMultiplyAdd(a0, l0, s00));
            s10 = Vector512.FusedMultiplyAdd(b1, h0, Vector512.FusedMultiplyAdd(a1, l0, s10));
            var w1 = Vector512.Load(pair + 16);
            var (l1, h1) = (Even(w1), Odd(w1));
            s01 = Vector512.FusedMultiplyAdd(b0, h1, Vector512.FusedMultiplyAdd(a0, l1, s01));
            s11 = Vector512.FusedMultiplyAdd(b1, h1, Vector512.FusedMultiplyAdd(a1, l1, s11));
            var w2 = Vector512.Load(pair + 32);
            var (l2, h2) = (Even(w2), Odd(w2));
            s02 = Vector512.FusedMultiplyAdd(b0, h2, Vector512.FusedMultiplyAdd(a0, l2, s02));
            s12 = Vector512.FusedMultiplyAdd(b1, h2, Vector512.FusedMultiplyAdd(a1, l2, s12));
            var w3 = Vector512.Load(pair + 48);
            var (l3, h3) = (Even(w3), Odd(w3));
            s03 = Vector512.FusedMultiplyAdd(b0, h3, Vector512.FusedMultiplyAdd(a0, l3, s03));
            s13 = Vector512.FusedMultiplyAdd(b1, h3, Vector512.FusedMultiplyAdd(a1, l3, s13));
        }

        if (inputs % 2 == 1)
        {
            s00 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 0)), s00);
            s10 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 0)), s10);
            s01 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 16)), s01);
            s11 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 16)), s11);
            s02 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 32)), s02);
            s12 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 32)), s12);
            s03 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 48)), s03);
            s13 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 48)), s13);
        }

        s00.Store(sums + 0);
        s01.Store(sums + 16);
        s02.Store(sums + 32);
        s03.Store(sums + 48);
        s10.Store(sums + 64);
        s11.Store(sums + 80);
        s12.Store(sums + 96);
        s13.Store(sums + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Five(byte* weight, int inputs, float* x0, float* x1, float* x2, float* x3, float* x4, float* sums, Prefetch prefetch)
    {
        var (s00, s01, s02, s03) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        var (s10, s11, s12, s13) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80), Vector512.Load(sums + 96), Vector512.Load(sums + 112));
        var (s20, s21, s22, s23) = (Vector512.Load(sums + 128), Vector512.Load(sums + 144), Vector512.Load(sums + 160), Vector512.Load(sums + 176));
        var (s30, s31, s32, s33) = (Vector512.Load(sums + 192), Vector512.Load(sums + 208), Vector512.Load(sums + 224), Vector512.Load(sums + 240));
        var (s40, s41, s42, s43) = (Vector512.Load(sums + 256), Vector512.Load(sums + 272), Vector512.Load(sums + 288), Vector512.Load(sums + 304));
        var pair = (uint*)weight;
        var ahead = prefetch.First;
        var (apart, step) = (prefetch.Apart, prefetch.Step);
        for (var i = 0; i + 1 < inputs; i += 2, pair += PanelWeight.Wide)
        {
            Sse.Prefetch0(ahead);
            Sse.Prefetch0(ahead + apart);
            Sse.Prefetch0(ahead + (2 * apart));
            Sse.Prefetch0(ahead + (3 * apart));
            ahead += step;
            var (a0, b0) = (Vector512.Create(x0[i]), Vector512.Create(x0[i + 1]));
            var (a1, b1) = (Vector512.Create(x1[i]), Vector512.Create(x1[i + 1]));
            var (a2, b2) = (Vector512.Create(x2[i]), Vector512.Create(x2[i + 1]));
            var (a3, b3) = (Vector512.Create(x3[i]), Vector512.Create(x3[i + 1]));
            var (a4, b4) = (Vector512.Create(x4[i]), Vector512.Create(x4[i + 1]));
            var w0 = Vector512.Load(pair + 0);
            var (l0, h0) = (Even(w0), Odd(w0));
            s00 = Vector512.FusedMultiplyAdd(b0, h0, Vector512.FusedMultiplyAdd(a0, l0, s00));
            s10 = Vector512.FusedMultiplyAdd(b1, h0, Vector512.FusedMultiplyAdd(a1, l0, s10));
            s20 = Vector512.FusedMultiplyAdd(b2, h0, Vector512.FusedMultiplyAdd(a2, l0, s20));
            s30 = Vector512.FusedMultiplyAdd(b3, h0, Vector512.FusedMultiplyAdd(a3, l0, s30));
            s40 = Vector512.FusedMultiplyAdd(b4, h0, Vector512.FusedMultiplyAdd(a4, l0, s40));
            var w1 = Vector512.Load(pair + 16);
            var (l1, h1) = (Even(w1), Odd(w1));
            s01 = Vector512.FusedMultiplyAdd(b0, h1, Vector512.FusedMultiplyAdd(a0, l1, s01));
            s11 = Vector512.FusedMultiplyAdd(b1, h1, Vector512.FusedMultiplyAdd(a1, l1, s11));
            s21 = Vector512.FusedMultiplyAdd(b2, h1, Vector512.FusedMultiplyAdd(a2, l1, s21));
            s31 = Vector512.FusedMultiplyAdd(b3, h1, Vector512.FusedMultiplyAdd(a3, l1, s31));
            s41 = Vector512.FusedMultiplyAdd(b4, h1, Vector512.FusedMultiplyAdd(a4, l1, s41));
            var w2 = Vector512.Load(pair + 32);
            var (l2, h2) = (Even(w2), Odd(w2));
            s02 = Vector512.FusedMultiplyAdd(b0, h2, Vector512.FusedMultiplyAdd(a0, l2, s02));
            s12 = Vector512.FusedMultiplyAdd(b1, h2, Vector512.FusedMultiplyAdd(a1, l2, s12));
            s22 = Vector512.FusedMultiplyAdd(b2, h2, Vector512.FusedMultiplyAdd(a2, l2, s22));
            s32 = Vector512.FusedMultiplyAdd(b3, h2, Vector512.FusedMultiplyAdd(a3, l2, s32));
            s42 = Vector512.FusedMultiplyAdd(b4, h2, Vector512.FusedMultiplyAdd(a4, l2, s42));
            var w3 = Vector512.Load(pair + 48);
            var (l3, h3) = (Even(w3), Odd(w3));
            s03 = Vector512.FusedMultiplyAdd(b0, h3, Vector512.FusedMultiplyAdd(a0, l3, s03));
            s13 = Vector512.FusedMultiplyAdd(b1, h3, Vector512.FusedMultiplyAdd(a1, l3, s13));
            s23 = Vector512.FusedMultiplyAdd(b2, h3, Vector512.FusedMultiplyAdd(a2, l3, s23));
            s33 = Vector512.FusedMultiplyAdd(b3, h3, Vector512.FusedMultiplyAdd(a3, l3, s33));
            s43 = Vector512.FusedMultiplyAdd(b4, h3, Vector512.FusedMultiplyAdd(a4, l3, s43));
        }

        if (inputs % 2 == 1)
        {
            s00 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 0)), s00);
            s10 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 0)), s10);
            s20 = Vector512.FusedMultiplyAdd(Vector512.Create(x2[inputs - 1]), Even(Vector512.Load(pair + 0)), s20);
            s30 = Vector512.FusedMultiplyAdd(Vector512.Create(x3[inputs - 1]), Even(Vector512.Load(pair + 0)), s30);
            s40 = Vector512.FusedMultiplyAdd(Vector512.Create(x4[inputs - 1]), Even(Vector512.Load(pair + 0)), s40);
            s01 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 16)), s01);
            s11 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 16)), s11);
            s21 = Vector512.FusedMultiplyAdd(Vector512.Create(x2[inputs - 1]), Even(Vector512.Load(pair + 16)), s21);
            s31 = Vector512.FusedMultiplyAdd(Vector512.Create(x3[inputs - 1]), Even(Vector512.Load(pair + 16)), s31);
            s41 = Vector512.FusedMultiplyAdd(Vector512.Create(x4[inputs - 1]), Even(Vector512.Load(pair + 16)), s41);
            s02 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 32)), s02);
            s12 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 32)), s12);
            s22 = Vector512.FusedMultiplyAdd(Vector512.Create(x2[inputs - 1]), Even(Vector512.Load(pair + 32)), s22);
            s32 = Vector512.FusedMultiplyAdd(Vector512.Create(x3[inputs - 1]), Even(Vector512.Load(pair + 32)), s32);
            s42 = Vector512.FusedMultiplyAdd(Vector512.Create(x4[inputs - 1]), Even(Vector512.Load(pair + 32)), s42);
            s03 = Vector512.FusedMultiplyAdd(Vector512.Create(x0[inputs - 1]), Even(Vector512.Load(pair + 48)), s03);
            s13 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[inputs - 1]), Even(Vector512.Load(pair + 48)), s13);
            s23 = Vector512.FusedMultiplyAdd(Vector512.Create(x2[inputs - 1]), Even(Vector512.Load(pair + 48)), s23);
            s33 = Vector512.FusedMultiplyAdd(Vector512.Create(x3[inputs - 1]), Even(Vector512.Load(pair + 48)), s33);
            s43 = Vector512.FusedMultiplyAdd(Vector512.Create(x4[inputs - 1]), Even(Vector512.Load(pair + 48)), s43);
        }

        s00.Store(sums + 0);
        s01.Store(sums + 16);
        s02.Store(sums + 32);
        s03.Store(sums + 48);
        s10.Store(sums + 64);
        s11.Store(sums + 80);
        s12.Store(sums + 96);
        s13.Store(sums + 112);
        s20.Store(sums + 128);
        s21.Store(sums + 144);
        s22.Store(sums + 160);
        s23.Store(sums + 176);
        s30.Store(sums + 192);
        s31.Store(sums + 208);
        s32.Store(sums + 224);
        s33.Store(sums + 240);
        s40.Store(sums + 256);
        s41.Store(sums + 272);
        s42.Store(sums + 288);
        s43.Store(sums + 304);
    }

    // A bfloat16 is the upper half of a float32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Even(Vector512<uint> pairs) => (pairs << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Odd(Vector512<uint> pairs) => (pairs & Vector512.Create(0xffff0000u)).AsSingle();
}
