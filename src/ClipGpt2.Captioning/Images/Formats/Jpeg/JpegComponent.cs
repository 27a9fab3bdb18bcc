using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>One colour component of a JPEG: its sampling, its samples or coefficients and the state that scans keep for it.</summary>
/// <remarks>Coefficients are kept only where scans refine them; a sequential scan's blocks become samples at once.</remarks>
internal sealed class JpegComponent : IDisposable
{
    public const int BlockSize = 64;

    /// <summary>What libjpeg shows where no data came.</summary>
    private const byte Nothing = 128;

    private byte[]? _samples;
    private byte[]? _coefficients;
    private int _blocks;

    public required int Id { get; init; }

    public required int Horizontal { get; init; }

    public required int Vertical { get; init; }

    public required int QuantizationTable { get; init; }

    /// <summary>The factors of the coefficients as they stood when the component's first scan began, in natural order.</summary>
    public int[]? Quantization { get; set; }

    /// <summary>Samples across and down.</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Blocks that hold the samples; what a scan of this component alone has.</summary>
    public int BlocksAcross { get; private set; }

    public int BlocksDown { get; private set; }

    /// <summary>Blocks from row to row, filled up to whole MCUs.</summary>
    public int BlockStride { get; private set; }

    /// <summary>Samples from row to row.</summary>
    public int Stride => 8 * BlockStride;

    public ReadOnlySpan<byte> Samples => _samples.AsSpan(0, _blocks * BlockSize);

    public int DcTable { get; set; }

    public int AcTable { get; set; }

    /// <summary>The last block's DC value.</summary>
    public int Prediction { get; set; }

    /// <summary>Takes the memory for a picture.</summary>
    public void Allocate(ImageHeader header, int mostHorizontal, int mostVertical, bool keepsCoefficients)
    {
        Width = Divide(header.Width * Horizontal, mostHorizontal);
        Height = Divide(header.Height * Vertical, mostVertical);
        BlocksAcross = Divide(Width, 8);
        BlocksDown = Divide(Height, 8);
        BlockStride = Divide(header.Width, 8 * mostHorizontal) * Horizontal;
        _blocks = BlockStride * Divide(header.Height, 8 * mostVertical) * Vertical;
        if (keepsCoefficients)
        {
            _coefficients = PictureBytes.Rent(checked(_blocks * BlockSize * sizeof(short)));
            Array.Clear(_coefficients);
        }
        else
        {
            TakeSamples();
        }
    }

    /// <summary>A block's coefficients, in natural order.</summary>
    public Span<short> Block(int x, int y) => MemoryMarshal.Cast<byte, short>(_coefficients.AsSpan()).Slice(((y * BlockStride) + x) * BlockSize, BlockSize);

    /// <summary>Turns a block's coefficients into its samples.</summary>
    public void Reconstruct(ReadOnlySpan<short> block, int x, int y) =>
        InverseDct.Transform(block, Quantization, _samples.AsSpan(0, _blocks * BlockSize)[((y * 8 * Stride) + (8 * x))..], Stride);

    /// <summary>Turns all coefficients into samples, and hands their memory back.</summary>
    public void Reconstruct()
    {
        TakeSamples();
        for (var y = 0; Quantization is not null && y < BlocksDown; y++)
        {
            for (var x = 0; x < BlocksAcross; x++)
            {
                Reconstruct(Block(x, y), x, y);
            }
        }

        Return(ref _coefficients);
    }

    public void Dispose()
    {
        Return(ref _samples);
        Return(ref _coefficients);
    }

    private void TakeSamples()
    {
        _samples = PictureBytes.Rent(checked(_blocks * BlockSize));
        _samples.AsSpan(0, _blocks * BlockSize).Fill(Nothing);
    }

    private static void Return(ref byte[]? array)
    {
        if (array is not null)
        {
            PictureBytes.Return(array);
            array = null;
        }
    }

    private static int Divide(int value, int by) => (value + by - 1) / by;
}
