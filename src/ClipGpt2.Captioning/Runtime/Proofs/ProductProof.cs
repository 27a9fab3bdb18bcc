using System.Runtime.CompilerServices;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Compares sampled outputs of a product with a scalar loop in double precision over the original weight.</summary>
internal static class ProductProof
{
    /// <summary>Proves one way of a layer for one row.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(ProductWay way, OriginalWeight original) => original.Sample(way.Weights).Check(way);

    /// <summary>Proves one way of a layer for a number of rows, each with factors of its own.</summary>
    public static string? Check(ProductWay way, OriginalWeight original, int rows)
    {
        var y = way.Multiply([.. Enumerable.Range(0, rows).SelectMany(row => Inputs(original.Inputs, row))], rows);
        return Enumerable.Range(0, rows)
            .Select(row => new ProductSample(original, way.Weights, row).Compare(way.Outputs, y.AsSpan(row * original.Outputs, original.Outputs)) is { } fault ? $"with {rows} rows, {fault}" : null)
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
}
