namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>One colour component of a JPEG: its sampling, its coefficients and the state that scans keep for it.</summary>
internal sealed class JpegComponent
{
    public const int BlockSize = 64;

    public required int Id { get; init; }

    public required int Horizontal { get; init; }

    public required int Vertical { get; init; }

    public required int QuantizationTable { get; init; }

    /// <summary>Samples across and down.</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Blocks that hold the samples; what a scan of this component alone has.</summary>
    public int BlocksAcross { get; private set; }

    public int BlocksDown { get; private set; }

    /// <summary>Blocks from row to row, filled up to whole MCUs.</summary>
    public int BlockStride { get; private set; }

    /// <summary>Quantized coefficients of all blocks, in natural order.</summary>
    public short[] Coefficients { get; private set; } = [];

    public int DcTable { get; set; }

    public int AcTable { get; set; }

    /// <summary>The last block's DC value.</summary>
    public int Prediction { get; set; }

    /// <summary>Takes the memory for the coefficients of a picture.</summary>
    public void Allocate(ImageHeader header, int mostHorizontal, int mostVertical)
    {
        Width = Divide(header.Width * Horizontal, mostHorizontal);
        Height = Divide(header.Height * Vertical, mostVertical);
        BlocksAcross = Divide(Width, 8);
        BlocksDown = Divide(Height, 8);
        BlockStride = Divide(header.Width, 8 * mostHorizontal) * Horizontal;
        var rows = Divide(header.Height, 8 * mostVertical) * Vertical;
        Coefficients = new short[checked(BlockStride * rows * BlockSize)];
    }

    public Span<short> Block(int x, int y) => Coefficients.AsSpan(((y * BlockStride) + x) * BlockSize, BlockSize);

    private static int Divide(int value, int by) => (value + by - 1) / by;
}
