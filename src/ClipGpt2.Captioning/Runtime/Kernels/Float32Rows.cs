using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>One panel of 64 outputs of a float32 weight [in][64] times one, two or five rows: the sums stay in registers.</summary>
internal static unsafe class Float32Rows
{
    // How far ahead of the product the weight is asked for, in elements: the processor's own prefetching ends at each page.
    private const int Ahead = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(float* weight, int inputs, float* x0, float* sums)
    {
        var (s00, s01, s02, s03) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        for (var i = 0; i < inputs; i++, weight += PanelWeight.Wide)
        {
            Sse.Prefetch0(weight + Ahead);
            Sse.Prefetch0(weight + Ahead + 16);
            Sse.Prefetch0(weight + Ahead + 32);
            Sse.Prefetch0(weight + Ahead + 48);
            var w0 = Vector512.Load(weight);
            var w1 = Vector512.Load(weight + 16);
            var w2 = Vector512.Load(weight + 32);
            var w3 = Vector512.Load(weight + 48);
            var v0 = Vector512.Create(x0[i]);
            s00 = Vector512.FusedMultiplyAdd(v0, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(v0, w1, s01);
            s02 = Vector512.FusedMultiplyAdd(v0, w2, s02);
            s03 = Vector512.FusedMultiplyAdd(v0, w3, s03);
        }

        s00.Store(sums + 0);
        s01.Store(sums + 16);
        s02.Store(sums + 32);
        s03.Store(sums + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Two(float* weight, int inputs, float* x0, float* x1, float* sums)
    {
        var (s00, s01, s02, s03) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        var (s10, s11, s12, s13) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80), Vector512.Load(sums + 96), Vector512.Load(sums + 112));
        for (var i = 0; i < inputs; i++, weight += PanelWeight.Wide)
        {
            Sse.Prefetch0(weight + Ahead);
            Sse.Prefetch0(weight + Ahead + 16);
            Sse.Prefetch0(weight + Ahead + 32);
            Sse.Prefetch0(weight + Ahead + 48);
            var w0 = Vector512.Load(weight);
            var w1 = Vector512.Load(weight + 16);
            var w2 = Vector512.Load(weight + 32);
            var w3 = Vector512.Load(weight + 48);
            var v0 = Vector512.Create(x0[i]);
            s00 = Vector512.FusedMultiplyAdd(v0, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(v0, w1, s01);
            s02 = Vector512.FusedMultiplyAdd(v0, w2, s02);
            s03 = Vector512.FusedMultiplyAdd(v0, w3, s03);
            var v1 = Vector512.Create(x1[i]);
            s10 = Vector512.FusedMultiplyAdd(v1, w0, s10);
            s11 = Vector512.FusedMultiplyAdd(v1, w1, s11);
            s12 = Vector512.FusedMultiplyAdd(v1, w2, s12);
            s13 = Vector512.FusedMultiplyAdd(v1, w3, s13);
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
    public static void Five(float* weight, int inputs, float* x0, float* x1, float* x2, float* x3, float* x4, float* sums, Prefetch prefetch)
    {
        var (s00, s01, s02, s03) = (Vector512.Load(sums), Vector512.Load(sums + 16), Vector512.Load(sums + 32), Vector512.Load(sums + 48));
        var (s10, s11, s12, s13) = (Vector512.Load(sums + 64), Vector512.Load(sums + 80), Vector512.Load(sums + 96), Vector512.Load(sums + 112));
        var (s20, s21, s22, s23) = (Vector512.Load(sums + 128), Vector512.Load(sums + 144), Vector512.Load(sums + 160), Vector512.Load(sums + 176));
        var (s30, s31, s32, s33) = (Vector512.Load(sums + 192), Vector512.Load(sums + 208), Vector512.Load(sums + 224), Vector512.Load(sums + 240));
        var (s40, s41, s42, s43) = (Vector512.Load(sums + 256), Vector512.Load(sums + 272), Vector512.Load(sums + 288), Vector512.Load(sums + 304));
        var ahead = prefetch.First;
        var (apart, step) = (prefetch.Apart, prefetch.Step);
        for (var i = 0; i < inputs; i++, weight += PanelWeight.Wide)
        {
            Sse.Prefetch0(ahead);
            Sse.Prefetch0(ahead + apart);
            Sse.Prefetch0(ahead + (2 * apart));
            Sse.Prefetch0(ahead + (3 * apart));
            ahead += step;
            var w0 = Vector512.Load(weight);
            var w1 = Vector512.Load(weight + 16);
            var w2 = Vector512.Load(weight + 32);
            var w3 = Vector512.Load(weight + 48);
            var v0 = Vector512.Create(x0[i]);
            s00 = Vector512.FusedMultiplyAdd(v0, w0, s00);
            s01 = Vector512.FusedMultiplyAdd(v0, w1, s01);
            s02 = Vector512.FusedMultiplyAdd(v0, w2, s02);
            s03 = Vector512.FusedMultiplyAdd(v0, w3, s03);
            var v1 = Vector512.Create(x1[i]);
            s10 = Vector512.FusedMultiplyAdd(v1, w0, s10);
            s11 = Vector512.FusedMultiplyAdd(v1, w1, s11);
            s12 = Vector512.FusedMultiplyAdd(v1, w2, s12);
            s13 = Vector512.FusedMultiplyAdd(v1, w3, s13);
            var v2 = Vector512.Create(x2[i]);
            s20 = Vector512.FusedMultiplyAdd(v2, w0, s20);
            s21 = Vector512.FusedMultiplyAdd(v2, w1, s21);
            s22 = Vector512.FusedMultiplyAdd(v2, w2, s22);
            s23 = Vector512.FusedMultiplyAdd(v2, w3, s23);
            var v3 = Vector512.Create(x3[i]);
            s30 = Vector512.FusedMultiplyAdd(v3, w0, s30);
            s31 = Vector512.FusedMultiplyAdd(v3, w1, s31);
            s32 = Vector512.FusedMultiplyAdd(v3, w2, s32);
            s33 = Vector512.FusedMultiplyAdd(v3, w3, s33);
            var v4 = Vector512.Create(x4[i]);
            s40 = Vector512.FusedMultiplyAdd(v4, w0, s40);
            s41 = Vector512.FusedMultiplyAdd(v4, w1, s41);
            s42 = Vector512.FusedMultiplyAdd(v4, w2, s42);
            s43 = Vector512.FusedMultiplyAdd(v4, w3, s43);
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
}
