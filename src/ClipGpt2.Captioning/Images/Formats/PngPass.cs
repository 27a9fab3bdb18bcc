namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Which pixels one pass over a PNG gives: all of them, or in Adam7 interlacing a grid.</summary>
internal readonly record struct PngPass(int Left, int Top, int StepX, int StepY, int Width, int Height)
{
    private static readonly (int Left, int Top, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>The passes that have pixels, in the file's order.</summary>
    public static IReadOnlyList<PngPass> Of(PngChunks png)
    {
        var (width, height) = (png.Width, png.Height);
        if (!png.Interlaced)
        {
            return [new PngPass(0, 0, 1, 1, width, height)];
        }

        return
        [
            .. Adam7
                .Select(g => new PngPass(g.Left, g.Top, g.StepX, g.StepY, Count(width, g.Left, g.StepX), Count(height, g.Top, g.StepY)))
                .Where(pass => pass is { Width: > 0, Height: > 0 }),
        ];

        static int Count(int side, int first, int step) => (int)(((long)side - first + step - 1) / step);
    }

    /// <summary>The bytes of a row without its filter byte.</summary>
    public long RowBytes(int bitsPerPixel) => (((long)Width * bitsPerPixel) + 7) / 8;
}
