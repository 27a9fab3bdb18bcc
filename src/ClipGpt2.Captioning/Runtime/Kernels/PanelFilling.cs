using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// Lays a float32 weight stored as [in, out], as GPT-2's files have it, straight into panels: one reading and one writing, where turning it
/// round first and packing it then would take three of each.
/// </summary>
internal static unsafe class PanelFilling
{
    // Rows of a block: in each panel they fill one page.
    private const int Block = 16;

    /// <summary>Fills panels whose inputs are a multiple of 16 and whose outputs fill whole panels.</summary>
    /// <param name="source">[in, out].</param>
    /// <param name="panels">Float32 or bfloat16 panels.</param>
    public static void Fill(float* source, PanelWeight panels)
    {
        var job = new Job { Source = source, Panels = panels };
        WorkerTeam.Run(&FillPart, &job);
    }

    /// <summary>Whether <see cref="Fill"/> can: there are no panels or inputs to fill up.</summary>
    public static bool Fits(long inputs, long outputs, PackedLayout layout) => inputs % Block == 0 && outputs % layout.Width == 0;

    private static void FillPart(void* context, int part, int parts)
    {
        var job = (Job*)context;
        var (begin, end) = (job->Panels.Panels * part / parts, job->Panels.Panels * (part + 1) / parts);
        for (var row = 0; row < job->Panels.InFeatures; row += Block)
        {
            for (var panel = begin; panel < end; panel++)
            {
                var width = job->Panels.Width;
                var source = job->Source + ((long)row * job->Panels.OutFeatures) + ((long)panel * width);
                var target = (byte*)job->Panels.Address + (panel * job->Panels.PanelBytes);
                if (job->Panels.Type == PanelType.Float32)
                {
                    Copy(source, job->Panels.OutFeatures, (float*)target + (row * width), width);
                }
                else
                {
                    Interleave(source, job->Panels.OutFeatures, (uint*)target + (row / 2 * width));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* source, int stride, float* target, int width)
    {
        for (var row = 0; row < Block; row++, source += stride, target += width)
        {
            for (var i = 0; i < width; i += Vector256<float>.Count)
            {
                Vector256.Load(source + i).Store(target + i);
            }
        }
    }

    /// <summary>Pairs of rows become pairs of bfloat16, the even row in the lower half; such panels are wide ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(float* source, int stride, uint* target)
    {
        for (var row = 0; row < Block; row += 2, source += 2L * stride, target += PanelWeight.Wide)
        {
            for (var i = 0; i < PanelWeight.Wide; i += Vector512<float>.Count)
            {
                var even = BFloat16Conversion.Rounded(Vector512.Load(source + i)) >>> 16;
                var odd = BFloat16Conversion.Rounded(Vector512.Load(source + stride + i)) & Vector512.Create(0xffff0000u);
                (even | odd).Store(target + i);
            }
        }
    }

    private struct Job
    {
        public float* Source;
        public PanelWeight Panels;
    }
}
