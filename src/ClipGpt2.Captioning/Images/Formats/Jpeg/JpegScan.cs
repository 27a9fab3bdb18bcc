namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>One scan: which coefficients of which components it brings, and how precisely.</summary>
/// <remarks>ITU T.81: F.2 for sequential scans, G.1 for progressive ones.</remarks>
internal ref struct JpegScan
{
    private readonly JpegHuffmanTable?[] _dcTables;
    private readonly JpegHuffmanTable?[] _acTables;
    private JpegBitReader _bits;
    private int _endOfBandRun;

    public JpegScan(ReadOnlySpan<byte> data, JpegHuffmanTable?[] dcTables, JpegHuffmanTable?[] acTables)
    {
        _bits = new JpegBitReader(data);
        (_dcTables, _acTables) = (dcTables, acTables);
    }

    public required bool IsProgressive { get; init; }

    /// <summary>The first coefficient of the band, in zigzag order.</summary>
    public required int First { get; init; }

    /// <summary>The last coefficient of the band.</summary>
    public required int Last { get; init; }

    /// <summary>The bit that earlier scans ended at; 0 if this is the first one for its coefficients.</summary>
    public required int High { get; init; }

    /// <summary>The bit that this scan ends at.</summary>
    public required int Low { get; init; }

    /// <summary>MCUs between restart markers; 0 for none.</summary>
    public required int RestartInterval { get; init; }

    public readonly int Position => _bits.Position;

    private static ReadOnlySpan<byte> Zigzag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <summary>The place in a block of a coefficient's number in a file.</summary>
    public static int Natural(int zigzag) => Zigzag[zigzag];

    /// <summary>Reads all blocks of the scan.</summary>
    public void Decode(IReadOnlyList<JpegComponent> components, int mcusAcross, int mcusDown)
    {
        if (components is [var single])
        {
            for (var i = 0; i < single.BlocksAcross * single.BlocksDown; i++)
            {
                RestartBefore(i, components);
                if (!_bits.IsExhausted)
                {
                    DecodeBlock(single, i % single.BlocksAcross, i / single.BlocksAcross);
                }
            }

            return;
        }

        for (var i = 0; i < mcusAcross * mcusDown; i++)
        {
            RestartBefore(i, components);
            foreach (var component in _bits.IsExhausted ? [] : components)
            {
                DecodeMcu(component, i % mcusAcross, i / mcusAcross);
            }
        }
    }

    private void DecodeMcu(JpegComponent component, int x, int y)
    {
        for (var v = 0; v < component.Vertical; v++)
        {
            for (var h = 0; h < component.Horizontal; h++)
            {
                DecodeBlock(component, (x * component.Horizontal) + h, (y * component.Vertical) + v);
            }
        }
    }

    private void RestartBefore(int mcu, IReadOnlyList<JpegComponent> components)
    {
        if (RestartInterval == 0 || mcu == 0 || mcu % RestartInterval != 0)
        {
            return;
        }

        _bits.Restart();
        _endOfBandRun = 0;
        foreach (var component in components)
        {
            component.Prediction = 0;
        }
    }

    private void DecodeBlock(JpegComponent component, int x, int y)
    {
        if (IsProgressive)
        {
            DecodeProgressive(component, component.Block(x, y));
            return;
        }

        Span<short> block = stackalloc short[JpegComponent.BlockSize];
        block.Clear();
        DecodeDc(component, block);
        DecodeBand(component, block, 1);
        component.Reconstruct(block, x, y);
    }

    private void DecodeProgressive(JpegComponent component, Span<short> block)
    {
        if (First == 0)
        {
            DecodeProgressiveDc(component, block);
        }
        else if (High == 0)
        {
            DecodeBand(component, block, First);
        }
        else
        {
            RefineBand(component, block);
        }
    }

    private void DecodeProgressiveDc(JpegComponent component, Span<short> block)
    {
        if (High == 0)
        {
            DecodeDc(component, block);
        }
        else if (_bits.ReadBit() != 0)
        {
            block[0] |= (short)(1 << Low);
        }
    }

    private void DecodeDc(JpegComponent component, scoped Span<short> block)
    {
        var size = Table(_dcTables, component.DcTable).Decode(ref _bits) & 15;
        component.Prediction += _bits.ReadSigned(size);
        block[0] = (short)(component.Prediction << Low);
    }

    private void DecodeBand(JpegComponent component, scoped Span<short> block, int first)
    {
        if (_endOfBandRun > 0)
        {
            _endOfBandRun--;
            return;
        }

        var table = Table(_acTables, component.AcTable);
        for (var k = first; k <= Last; k++)
        {
            var symbol = table.Decode(ref _bits);
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0 && run < 15)
            {
                // In sequential scans the block alone ends here.
                _endOfBandRun = IsProgressive ? (1 << run) - 1 + (run > 0 ? _bits.Read(run) : 0) : 0;
                return;
            }

            k += run;
            if (size > 0)
            {
                // Beyond the block there is nothing in sound files; libjpeg takes it for the last place.
                block[Natural(Math.Min(k, JpegComponent.BlockSize - 1))] = (short)(_bits.ReadSigned(size) << Low);
            }
        }
    }

    /// <summary>One more bit for coefficients that are known, and new ones between them.</summary>
    private void RefineBand(JpegComponent component, Span<short> block)
    {
        var k = First;
        var table = Table(_acTables, component.AcTable);
        while (_endOfBandRun == 0 && k <= Last)
        {
            var symbol = table.Decode(ref _bits);
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0 && run < 15)
            {
                _endOfBandRun = (1 << run) + (run > 0 ? _bits.Read(run) : 0);
                break;
            }

            // The new value is plus or minus one in this scan's bit; a run of 16 zeros brings none.
            var value = size == 0 ? 0 : _bits.ReadBit() != 0 ? 1 << Low : -1 << Low;
            k = RefineUntil(block, k, run);
            if (value != 0 && k <= Last)
            {
                block[Natural(k)] = (short)value;
            }

            k++;
        }

        if (_endOfBandRun > 0)
        {
            RefineUntil(block, k, int.MaxValue);
            _endOfBandRun--;
        }
    }

    /// <summary>Refines coefficients on the way over a run of zeros, and returns where the run ends.</summary>
    private int RefineUntil(Span<short> block, int k, int zeros)
    {
        for (; k <= Last; k++)
        {
            ref var value = ref block[Natural(k)];
            if (value == 0)
            {
                if (zeros-- == 0)
                {
                    return k;
                }
            }
            else if (_bits.ReadBit() != 0 && (value & (1 << Low)) == 0)
            {
                value += (short)(value > 0 ? 1 << Low : -1 << Low);
            }
        }

        return k;
    }

    private static JpegHuffmanTable Table(JpegHuffmanTable?[] tables, int number) =>
        tables[number & 3] ?? throw new ImageDecodingException("The JPEG file is damaged: a scan uses a Huffman table that isn't there.");
}
