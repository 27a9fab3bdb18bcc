namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>Decodes a JPEG into its components, before any colour conversion: what Skia doesn't give for CMYK.</summary>
/// <remarks>Sequential and progressive Huffman coding of 8-bit samples; samples are equal to libjpeg-turbo's bit for bit.</remarks>
internal sealed class JpegPlanes
{
    private readonly int[]?[] _quantization = new int[4][];
    private readonly JpegHuffmanTable?[] _dcTables = new JpegHuffmanTable?[4];
    private readonly JpegHuffmanTable?[] _acTables = new JpegHuffmanTable?[4];
    private ImageHeader _header;
    private List<JpegComponent> _components = [];
    private bool _progressive;
    private int _restartInterval;

    private JpegPlanes()
    {
    }

    /// <summary>The transform that the Adobe marker names; null without one.</summary>
    public int? AdobeTransform { get; private set; }

    /// <summary>For each component its samples at the picture's size, [C][H * W].</summary>
    public byte[][] Samples { get; private set; } = [];

    /// <summary>Decodes a file whose header has been read.</summary>
    public static JpegPlanes Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var planes = new JpegPlanes { _header = header };
        planes.ReadSegments(file);
        planes.Samples = [.. planes._components.Select(planes.Reconstruct)];
        return planes;
    }

    private void ReadSegments(ReadOnlySpan<byte> file)
    {
        for (var at = 2L; ;)
        {
            // Without an end marker, as Pillow has it, the last pixels may be missing: reading on is an error.
            var marker = file.U8(at) == 0xFF ? file.U8(at + 1) : 0;
            if (marker is 0x00 or 0xFF)
            {
                at++;
                continue;
            }

            at += 2;
            if (marker == 0xD9)
            {
                return;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            var segment = file.Part(at + 2, file.U16Big(at) - 2);
            at += 2 + segment.Length;
            if (marker == 0xDA)
            {
                at += ReadScan(segment, file[(int)at..]);
            }
            else
            {
                ReadTables(marker, segment);
            }
        }
    }

    private void ReadTables(int marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case 0xC0 or 0xC1 or 0xC2:
                ReadFrame(segment);
                _progressive = marker == 0xC2;
                break;
            case 0xC4:
                ReadHuffmanTables(segment);
                break;
            case > 0xC2 and <= 0xCF:
                throw new ImageDecodingException($"The JPEG file has four components in arithmetic coding (SOF{marker - 0xC0}), which isn't read; save it as baseline or progressive JPEG.");
            case 0xDB:
                ReadQuantization(segment);
                break;
            case 0xDD:
                _restartInterval = segment.U16Big(0);
                break;
            case 0xEE when segment.Length >= 12 && segment.StartsWith("Adobe"u8):
                AdobeTransform = segment[11];
                break;
            default:
                break;
        }
    }

    private void ReadFrame(ReadOnlySpan<byte> segment)
    {
        _components = [];
        for (var i = 0; i < segment.U8(5); i++)
        {
            var entry = segment.Part(6 + (3 * i), 3);
            _components.Add(new JpegComponent { Id = entry[0], Horizontal = entry[1] >> 4, Vertical = entry[1] & 15, QuantizationTable = entry[2] & 3 });
        }

        if (_components.Any(c => c.Horizontal is < 1 or > 4 || c.Vertical is < 1 or > 4))
        {
            throw new ImageDecodingException("The JPEG file is damaged: a component's sampling factor isn't 1 to 4.");
        }

        _components.ForEach(c => c.Allocate(_header, MostAcross, MostDown));
    }

    private void ReadHuffmanTables(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            var counts = segment.Part(1, 16);
            var total = 0;
            foreach (var count in counts)
            {
                total += count;
            }

            var tables = segment[0] >> 4 == 0 ? _dcTables : _acTables;
            tables[segment[0] & 3] = new JpegHuffmanTable(counts, segment.Part(17, total));
            segment = segment[(17 + total)..];
        }
    }

    private void ReadQuantization(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            var size = segment[0] >> 4 == 0 ? 1 : 2;
            var table = new int[JpegComponent.BlockSize];
            for (var i = 0; i < table.Length; i++)
            {
                table[JpegScan.Natural(i)] = size == 1 ? segment.U8(1 + i) : segment.U16Big(1 + (2 * i));
            }

            _quantization[segment[0] & 3] = table;
            segment = segment[(1 + (size * table.Length))..];
        }
    }

    /// <summary>Reads a scan and returns how many bytes it took.</summary>
    private int ReadScan(ReadOnlySpan<byte> segment, ReadOnlySpan<byte> data)
    {
        List<JpegComponent> components = [];
        var count = segment.U8(0);
        for (var i = 0; i < count; i++)
        {
            var (id, tables) = (segment.U8(1 + (2 * i)), segment.U8(2 + (2 * i)));
            var component = _components.Find(c => c.Id == id) ?? throw new ImageDecodingException("The JPEG file is damaged: a scan names a component that isn't there.");
            (component.DcTable, component.AcTable, component.Prediction) = (tables >> 4, tables & 15, 0);
            components.Add(component);
        }

        var (first, last, bits) = (segment.U8(1 + (2 * count)), segment.U8(2 + (2 * count)), segment.U8(3 + (2 * count)));
        var scan = new JpegScan(data, _dcTables, _acTables)
        {
            IsProgressive = _progressive,
            First = _progressive ? first : 0,
            Last = _progressive ? Math.Min((int)last, JpegComponent.BlockSize - 1) : JpegComponent.BlockSize - 1,
            High = _progressive ? bits >> 4 : 0,
            Low = _progressive ? bits & 15 : 0,
            RestartInterval = _restartInterval,
        };
        scan.Decode(components, (_header.Width + (8 * MostAcross) - 1) / (8 * MostAcross), (_header.Height + (8 * MostDown) - 1) / (8 * MostDown));
        return scan.Position;
    }

    private byte[] Reconstruct(JpegComponent component)
    {
        var quantization = _quantization[component.QuantizationTable]
            ?? throw new ImageDecodingException("The JPEG file is damaged: a quantization table isn't there.");
        var stride = component.BlockStride * 8;
        var samples = new byte[component.Coefficients.Length];
        for (var y = 0; y < component.BlocksDown; y++)
        {
            for (var x = 0; x < component.BlocksAcross; x++)
            {
                InverseDct.Transform(component.Block(x, y), quantization, samples.AsSpan((y * 8 * stride) + (8 * x)), stride);
            }
        }

        return Upsample(component, samples, stride);
    }

    private byte[] Upsample(JpegComponent component, byte[] samples, int stride)
    {
        var (across, down) = (MostAcross / component.Horizontal, MostDown / component.Vertical);
        if (MostAcross % component.Horizontal != 0 || MostDown % component.Vertical != 0)
        {
            throw new ImageDecodingException("The JPEG file's sampling factors aren't multiples of each other; that form isn't read.");
        }

        var plane = new byte[_header.Width * _header.Height];
        var row = new byte[component.Width * across];
        for (var y = 0; y < _header.Height; y++)
        {
            JpegUpsampling.Row(samples, stride, component, across, down, y, row);
            row.AsSpan(0, _header.Width).CopyTo(plane.AsSpan(y * _header.Width));
        }

        return plane;
    }

    private int MostAcross => _components.Max(c => c.Horizontal);

    private int MostDown => _components.Max(c => c.Vertical);
}
