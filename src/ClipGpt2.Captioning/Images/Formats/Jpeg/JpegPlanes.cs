namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>Decodes a JPEG into its components, before any colour conversion.</summary>
/// <remarks>Sequential and progressive Huffman coding of 8-bit samples; samples are equal to libjpeg-turbo's bit for bit.</remarks>
internal sealed class JpegPlanes : IDisposable
{
    private readonly int[]?[] _quantization = new int[4][];
    private readonly JpegHuffmanTable?[] _dcTables = new JpegHuffmanTable?[4];
    private readonly JpegHuffmanTable?[] _acTables = new JpegHuffmanTable?[4];
    private readonly ImageHeader _header;
    private List<JpegComponent> _components = [];
    private bool _progressive;
    private bool _isJfif;
    private int? _adobeTransform;
    private int _restartInterval;

    private JpegPlanes(ImageHeader header) => _header = header;

    public IReadOnlyList<JpegComponent> Components => _components;

    /// <summary>What the components mean, as libjpeg's <c>default_decompress_parms</c> tells it.</summary>
    public JpegColorSpace Colors => _components.Count switch
    {
        1 => JpegColorSpace.Grey,
        4 => _adobeTransform is null or 0 ? JpegColorSpace.Cmyk : JpegColorSpace.Ycck,
        _ when _isJfif => JpegColorSpace.Ycc,
        _ when _adobeTransform is { } transform => transform == 0 ? JpegColorSpace.Rgb : JpegColorSpace.Ycc,
        _ => _components.Select(c => c.Id).SequenceEqual("RGB"u8.ToArray().Select(letter => (int)letter)) ? JpegColorSpace.Rgb : JpegColorSpace.Ycc,
    };

    /// <summary>How many numbers <see cref="ReadRow"/> works in.</summary>
    public int ScratchLength => _components.Max(c => c.Width) + JpegUpsampling.Margin;

    /// <summary>Decodes a file whose header has been read.</summary>
    public static JpegPlanes Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var planes = new JpegPlanes(header);
        try
        {
            planes.ReadSegments(file);
            if (planes._progressive)
            {
                planes._components.ForEach(component => component.Reconstruct());
            }

            return planes;
        }
        catch
        {
            planes.Dispose();
            throw;
        }
    }

    /// <summary>How many samples <see cref="ReadRow"/> gives, which may be more than the picture is wide.</summary>
    public int RowLength(int component) => _components[component].Width * (MostAcross / _components[component].Horizontal);

    /// <summary>A row of a component's samples at the picture's size.</summary>
    public void ReadRow(int component, int y, Span<ushort> scratch, Span<byte> row)
    {
        var plane = _components[component];
        JpegUpsampling.Row(plane, MostAcross / plane.Horizontal, MostDown / plane.Vertical, y, scratch, row);
    }

    public void Dispose() => _components.ForEach(component => component.Dispose());

    private void ReadSegments(ReadOnlySpan<byte> file)
    {
        for (var at = 2L; ;)
        {
            // Without an end marker, pixels of a picture in several scans may be missing, as Pillow has it: reading on is an error.
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
                at += ReadScan(segment, file[(int)at..], out var isWhole);
                if (isWhole && _header.Mode != PixelMode.Cmyk)
                {
                    // All pixels were there, whatever follows; of inks, an end marker is asked for.
                    return;
                }
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
                _progressive = marker == 0xC2;
                ReadFrame(segment);
                break;
            case 0xC4:
                ReadHuffmanTables(segment);
                break;
            case > 0xC2 and <= 0xCF:
                throw new ImageDecodingException($"The JPEG file is in arithmetic coding (SOF{marker - 0xC0}), which isn't read; save it as baseline or progressive JPEG.");
            case 0xDB:
                ReadQuantization(segment);
                break;
            case 0xDD:
                _restartInterval = segment.U16Big(0);
                break;
            case 0xE0 when segment.Length >= 14 && segment.StartsWith("JFIF\0"u8):
                _isJfif = true;
                break;
            case 0xEE when segment.Length >= 12 && segment.StartsWith("Adobe"u8):
                _adobeTransform = segment[11];
                break;
            default:
                break;
        }
    }

    private void ReadFrame(ReadOnlySpan<byte> segment)
    {
        _components.ForEach(c => c.Dispose());
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

        if (_components.Any(c => MostAcross % c.Horizontal != 0 || MostDown % c.Vertical != 0))
        {
            throw new ImageDecodingException("The JPEG file's sampling factors aren't multiples of each other; that form isn't read.");
        }

        _components.ForEach(c => c.Allocate(_header, MostAcross, MostDown, _progressive));
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
    private int ReadScan(ReadOnlySpan<byte> segment, ReadOnlySpan<byte> data, out bool isWhole)
    {
        List<JpegComponent> components = [];
        var count = segment.U8(0);
        for (var i = 0; i < count; i++)
        {
            var (id, tables) = (segment.U8(1 + (2 * i)), segment.U8(2 + (2 * i)));
            var component = _components.Find(c => c.Id == id) ?? throw new ImageDecodingException("The JPEG file is damaged: a scan names a component that isn't there.");
            (component.DcTable, component.AcTable, component.Prediction) = (tables >> 4, tables & 15, 0);
            component.Quantization ??= _quantization[component.QuantizationTable]
                ?? throw new ImageDecodingException("The JPEG file is damaged: a quantization table isn't there.");
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
        isWhole = !_progressive && count == _components.Count;
        return scan.Position;
    }

    private int MostAcross => _components.Max(c => c.Horizontal);

    private int MostDown => _components.Max(c => c.Vertical);
}
