using System.Globalization;
using System.Runtime.CompilerServices;

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

    private const int First = 16;
    private const int Between = 32;

    /// <summary>Proves one way of a layer for one row.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(ProductWay way, OriginalWeight original)
    {
        var (x, runs) = (Inputs(original.Inputs, row: 0), Samples(original.Outputs));
        var y = way.Sample?.Invoke(x, runs) ?? way.Multiply(x, 1);
        return Compare(way, original, runs, original.FirstRow(x, runs, way.Weights), y);
    }

    /// <summary>Proves one way of a layer for a number of rows, each with factors of its own.</summary>
    public static string? Check(ProductWay way, OriginalWeight original, int rows)
    {
        var runs = Samples(original.Outputs);
        var each = Enumerable.Range(0, rows).Select(row => Inputs(original.Inputs, row)).ToArray();
        var y = way.Multiply([.. each.SelectMany(x => x)], rows);
        return each
            .Select((x, row) => Compare(way, original, runs, original.Multiply(x, runs, way.Weights), y[(row * original.Outputs)..((row + 1) * original.Outputs)]) is { } fault ? $"with {rows} rows, {fault}" : null)
            .FirstOrDefault(fault => fault is not null);
    }

    /// <summary>Factors that every format holds exactly, none of them 0: a weight that isn't looked at can't be proven.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static string? Compare(ProductWay way, OriginalWeight original, OutputRun[] runs, (double[] Sums, double[] Magnitudes) expected, float[] y)
    {
        var (sums, magnitudes) = expected;
        var at = 0;
        foreach (var (begin, count) in runs)
        {
            for (var output = begin; output < begin + count; output++, at++)
            {
                var tolerance = Tolerance(sums[at], magnitudes[at], original.BiasOf(output), original.Inputs, way.Outputs);
                if (!Overflows(magnitudes[at]) && !IsClose(y[output], sums[at], tolerance))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"output {output} of {original.Outputs} (from {original.Inputs} inputs) is {y[output]:G6}, and {sums[at]:G6} is right");
                }
            }
        }

        return null;
    }

    /// <summary>The outputs that are looked at: some of the first block, all behind the last whole one, and some between.</summary>
    private static OutputRun[] Samples(int outputs)
    {
        if (outputs <= 2 * Block)
        {
            return [new(0, outputs)];
        }

        var tail = outputs % Block == 0 ? NarrowBlock : outputs % Block;
        var between = new Random(outputs).Next(First, outputs - tail - Between + 1);
        return [new(0, First), new(between, Between), new(outputs - tail, tail)];
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
