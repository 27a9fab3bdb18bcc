using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Lays out keys and values [images * S, 2 H] in panels, image by image and head by head.</summary>
internal unsafe struct HeadPanelsTask : IKernelTask
{
    /// <summary>The first row: keys, then values.</summary>
    public float* First;

    /// <summary>From one row to the next.</summary>
    public long Pitch;

    /// <summary>Gets the panels [images, heads].</summary>
    public float* Panels;

    public int Positions;
    public int Images;
    public int Heads;
    public int Size;

    public readonly long Units => (long)Images * Heads;

    public readonly void Run(long begin, long end)
    {
        for (var unit = begin; unit < end; unit++)
        {
            var (image, number) = Math.DivRem(unit, Heads);
            var key = First + (image * Positions * Pitch) + (number * Size);
            var panels = HeadPanels.Floats(Positions, Size);
            new Span<float>(Panels + (unit * panels), checked((int)panels)).Clear();
            new HeadPanels(Panels + (unit * panels), Positions, Size).LayOut(key, Pitch, key + (Heads * (long)Size), Pitch);
        }
    }
}
