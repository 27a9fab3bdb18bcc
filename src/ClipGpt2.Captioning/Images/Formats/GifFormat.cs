namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The first frame of a GIF, in its palette or, where that is a ramp of greys, in grey.</summary>
/// <remarks>Follows Pillow's <c>GifImagePlugin</c>: a frame beyond the screen enlarges it; around a smaller one lies the transparent index, else 0.</remarks>
internal sealed class GifFormat : IImageFormat
{
    private const int HasPalette = 0x80;
    private const int Interlaced = 0x40;

    /// <summary>First row and step of the four passes over an interlaced frame.</summary>
    private static readonly (int First, int Step)[] Passes = [(0, 8), (4, 8), (2, 4), (1, 2)];

    public string Name => "GIF";

    public bool Matches(ReadOnlySpan<byte> file) => file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8);

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var frame = FirstFrame(file);
        return new ImageHeader(frame.ScreenWidth, frame.ScreenHeight, frame.Colors.IsEmpty ? PixelMode.Grey : PixelMode.Palette);
    }

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var frame = FirstFrame(file);
        var indices = new byte[frame.Width * frame.Height];
        GifLzw.Decode(file[frame.DataStart..], indices);
        var palette = header.Mode == PixelMode.Palette ? ColorPalette.Create(frame.Colors) : [];
        if (palette.Length > 0 && frame.TransparentIndex is { } index)
        {
            palette[(4 * index) + 3] = 0;
        }

        var image = new DecodedImage(header.Width, header.Height, header.Mode)
        {
            Palette = palette,
            TransparentColor = palette.Length == 0 && frame.TransparentIndex is { } grey ? new RgbColor(grey, grey, grey) : null,
        };
        image.Pixels.Fill(frame.TransparentIndex ?? 0);
        CopyRows(indices, frame, image);
        return image;
    }

    private static void CopyRows(ReadOnlySpan<byte> indices, Frame frame, DecodedImage image)
    {
        foreach (var (first, step) in frame.IsInterlaced ? Passes : [(0, 1)])
        {
            for (var y = first; y < frame.Height; y += step)
            {
                indices[..frame.Width].CopyTo(image.Pixels[(((frame.Top + y) * image.Width) + frame.Left)..]);
                indices = indices[frame.Width..];
            }
        }
    }

    private static Frame FirstFrame(ReadOnlySpan<byte> file)
    {
        var flags = file.U8(10);
        var at = 13L;
        var colors = ReadPalette(file, flags, ref at);
        byte? transparent = null;
        for (; ;)
        {
            switch (file.U8(at++))
            {
                case (byte)'!':
                    if (file.U8(at) == 0xF9 && file.U8(at + 1) >= 4)
                    {
                        transparent = (file.U8(at + 2) & 1) != 0 ? file.U8(at + 5) : transparent;
                    }

                    at = SkipBlocks(file, at + 1);
                    break;
                case (byte)',':
                    return ReadFrame(file, at, colors, transparent);
                case (byte)';':
                    throw new ImageDecodingException("The GIF file has no picture: it ends before a frame.");
                default:
                    // Pillow passes over bytes between blocks.
                    break;
            }
        }
    }

    private static Frame ReadFrame(ReadOnlySpan<byte> file, long at, ReadOnlySpan<byte> screenColors, byte? transparent)
    {
        var (left, top) = (file.U16(at), file.U16(at + 2));
        var width = EncodedBytes.Side(file.U16(at + 4), "width");
        var height = EncodedBytes.Side(file.U16(at + 6), "height");
        var flags = file.U8(at + 8);
        at += 9;
        var own = ReadPalette(file, flags, ref at);
        var colors = (flags & HasPalette) != 0 ? own : screenColors;
        return new Frame
        {
            ScreenWidth = Math.Max(file.U16(6), left + width),
            ScreenHeight = Math.Max(file.U16(8), top + height),
            Left = left,
            Top = top,
            Width = width,
            Height = height,
            IsInterlaced = (flags & Interlaced) != 0,
            Colors = ColorPalette.IsGreyRamp(colors) ? [] : colors,
            TransparentIndex = transparent,
            DataStart = (int)at,
        };
    }

    private static ReadOnlySpan<byte> ReadPalette(ReadOnlySpan<byte> file, int flags, scoped ref long at)
    {
        var size = (flags & HasPalette) != 0 ? 3 << ((flags & 7) + 1) : 0;
        at += size;
        return file.Part(at - size, size);
    }

    private static long SkipBlocks(ReadOnlySpan<byte> file, long at)
    {
        while (file.U8(at) is > 0 and var size)
        {
            at += 1 + size;
        }

        return at + 1;
    }

    private readonly ref struct Frame
    {
        public int ScreenWidth { get; init; }

        public int ScreenHeight { get; init; }

        public int Left { get; init; }

        public int Top { get; init; }

        public int Width { get; init; }

        public int Height { get; init; }

        public bool IsInterlaced { get; init; }

        /// <summary>The palette that holds for the frame; empty where the indices are grey values.</summary>
        public ReadOnlySpan<byte> Colors { get; init; }

        public byte? TransparentIndex { get; init; }

        public int DataStart { get; init; }
    }
}
