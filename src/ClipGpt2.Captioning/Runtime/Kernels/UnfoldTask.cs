namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Writes what a convolution's kernel sees at each place as one row, so that a product of rows is the convolution ("im2col").</summary>
internal unsafe struct UnfoldTask : IKernelTask
{
    /// <summary>Maps [B, H, W, C] of any element type.</summary>
    public byte* Maps;

    /// <summary>Rows [places, K, K, C], of which this task writes those from <see cref="FirstPlace"/> on.</summary>
    public byte* Rows;

    /// <summary>From one pixel to the next, in bytes: channels may lie further apart than they are many.</summary>
    public long PixelPitch;

    /// <summary>The bytes of one pixel's channels.</summary>
    public int PixelBytes;

    public int Height;
    public int Width;
    public int Kernel;
    public int Stride;

    /// <summary>The places in a row of the output, and in a column.</summary>
    public int OutputWidth;
    public int OutputHeight;
    public long FirstPlace;
    public long Places;

    public readonly long Units => Places;

    public readonly void Run(long begin, long end)
    {
        for (var place = begin; place < end; place++)
        {
            var (row, column) = Math.DivRem(FirstPlace + place, OutputWidth);
            var (image, y) = Math.DivRem(row, OutputHeight);
            Unfold(image, (int)(y * Stride) - (Kernel / 2), (int)(column * Stride) - (Kernel / 2), Rows + (place * Kernel * Kernel * PixelBytes));
        }
    }

    /// <summary>One place, whose first pixel may lie outside: there are zeros.</summary>
    private readonly void Unfold(long image, int top, int left, byte* target)
    {
        var (from, to) = (Math.Max(left, 0), Math.Min(left + Kernel, Width));
        for (var y = top; y < top + Kernel; y++, target += Kernel * PixelBytes)
        {
            var line = new Span<byte>(target, Kernel * PixelBytes);
            if (y < 0 || y >= Height)
            {
                line.Clear();
                continue;
            }

            line[..((from - left) * PixelBytes)].Clear();
            line[((to - left) * PixelBytes)..].Clear();
            Copy(Maps + ((((image * Height) + y) * Width) + from) * PixelPitch, to - from, target + ((from - left) * PixelBytes));
        }
    }

    private readonly void Copy(byte* pixels, int count, byte* target)
    {
        if (PixelPitch == PixelBytes)
        {
            new ReadOnlySpan<byte>(pixels, count * PixelBytes).CopyTo(new Span<byte>(target, count * PixelBytes));
            return;
        }

        for (var i = 0; i < count; i++)
        {
            new ReadOnlySpan<byte>(pixels + (i * PixelPitch), PixelBytes).CopyTo(new Span<byte>(target + (i * PixelBytes), PixelBytes));
        }
    }
}
