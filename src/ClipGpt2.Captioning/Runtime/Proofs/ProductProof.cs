using System.Globalization;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Compares sampled outputs of a product with a scalar loop in double precision over the original weight.</summary>
/// <remarks>
/// Where a packing goes wrong it does at an edge: the first and the last outputs are looked at, those behind the last whole block among them, and
/// some between. Every input counts. What isn't a number in the file is none in the product either, and no fault of it.
/// </remarks>
internal static class ProductProof
{
    // The blocks that outputs are packed in: 64 with AVX-512, 24 or 16 with AVX2, 8 and 4 before.
    private const int Block = 64;
    private const int NarrowBlock = 24;

    // Neighbours share a cache line where the weight is stored as [in, out].
    private const int Neighbours = 16;
    private const int Between = 2;

    /// <summary>Proves one way of a layer for one row.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(ProductWay way, OriginalWeight original)
    {
        var x = Inputs(original.Inputs, row: 0);
        var y = way.Multiply(x, 1);
        return Compare(way, original, x, y);
    }

    /// <summary>Proves one way of a layer for a number of rows, each with factors of its own.</summary>
    public static string? Check(ProductWay way, OriginalWeight original, int rows)
    {
        var each = Enumerable.Range(0, rows).Select(row => Inputs(original.Inputs, row)).ToArray();
        var y = way.Multiply([.. each.SelectMany(x => x)], rows);
        return each
            .Select((x, row) => Compare(way, original, x, y[(row * original.Outputs)..((row + 1) * original.Outputs)]) is { } fault ? $"with {rows} rows, {fault}" : null)
            .FirstOrDefault(fault => fault is not null);
    }

    /// <summary>Factors that every format holds exactly, none of them 0: a weight that isn't looked at can't be proven.</summary>
    public static float[] Inputs(int count, int row)
    {
        var x = new float[count];
        var state = (uint)row;
        for (var i = 0; i < count; i++)
        {
            state = (state * 1664525) + 1013904223;                     // Numerical Recipes' generator
            var magnitude = (1 + (int)(state >> 29)) / 8f;              // 1/8 to 1
            x[i] = (state >> 28 & 1) == 0 ? magnitude : -magnitude;
        }

        return x;
    }

    private static string? Compare(ProductWay way, OriginalWeight original, float[] x, float[] y)
    {
        Span<double> sums = stackalloc double[Block];
        Span<double> magnitudes = stackalloc double[Block];
        foreach (var (begin, count) in Samples(original.Outputs))
        {
            original.Multiply(x, begin, way.Weights, sums[..count], magnitudes[..count]);
            for (var i = 0; i < count; i++)
            {
                var tolerance = Tolerance(sums[i], magnitudes[i], original.BiasOf(begin + i), x.Length, way.Outputs);
                if (!Overflows(magnitudes[i]) && !IsClose(y[begin + i], sums[i], tolerance))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"output {begin + i} of {original.Outputs} (from {original.Inputs} inputs) is {y[begin + i]:G6}, and {sums[i]:G6} is right");
                }
            }
        }

        return null;
    }

    /// <summary>The runs of outputs that are looked at, none longer than a block.</summary>
    private static IEnumerable<(int Begin, int Count)> Samples(int outputs)
    {
        if (outputs <= Block)
        {
            return [(0, outputs)];
        }

        var tail = outputs % Block == 0 ? NarrowBlock : outputs % Block;
        var whole = (outputs - tail) / Neighbours;
        var random = new Random(outputs);
        return [(0, Neighbours), .. Enumerable.Range(0, Between).Select(_ => (random.Next(whole) * Neighbours, Neighbours)), (outputs - tail, tail)];
    }

    /// <summary>Whether the sums may leave float32's range on the way, in an order that isn't ours to say.</summary>
    private static bool Overflows(double magnitude) => double.IsFinite(magnitude) && magnitude >= float.MaxValue;

    private static bool IsClose(float actual, double expected, double tolerance) =>
        double.IsFinite(expected) ? Math.Abs(actual - expected) <= tolerance : !float.IsFinite(actual);

    /// <summary>What rounding explains: of each partial sum; and, where outputs are narrow, of the sum, the bias and what both come to.</summary>
    private static double Tolerance(double expected, double magnitude, float bias, int terms, WeightFormat outputs) =>
        ((8 + Math.Sqrt(terms)) * Math.ScaleB(magnitude, -23)) + (OutputRounding(outputs) * (Math.Abs(expected) + Math.Abs(bias)));

    private static double OutputRounding(WeightFormat outputs) => outputs switch
    {
        WeightFormat.Float32 => 0,
        WeightFormat.BFloat16 => 1.0 / 256,
        WeightFormat.Float16 => 1.0 / 2048,
        _ => throw new ArgumentOutOfRangeException(nameof(outputs), outputs, "Outputs are floating-point numbers."),
    };
}
