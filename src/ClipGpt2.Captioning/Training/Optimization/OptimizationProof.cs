using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Compares the kernels that change weights with their formulas in double precision.</summary>
internal static unsafe class OptimizationProof
{
    // Fills no vector.
    private const int Count = 75;
    private const double Tolerance = 1e-5;

    /// <summary>The proof; libtorch's operators take the kernels' place.</summary>
    public static readonly KernelProof Proof = new("Optimizer steps and gradient norms", "libtorch's operators", Check);

    private static string? Check() => CheckAdam() ?? CheckSgd() ?? CheckNorms() ?? CheckLimit() ?? CheckAverage();

    private static string? CheckAdam()
    {
        var options = new OptimizationOptions { Optimizer = OptimizerKind.AdamW, AmsGrad = true };
        var (weight, gradient, mean, square, largest) = (Row(1), Row(2), Row(3), Squares(4), Squares(5));
        var (w, g, m, v, most) = (Doubles(weight), Doubles(gradient), Doubles(mean), Doubles(square), Doubles(largest));
        var step = new AdamStep(options, step: 3, learningRate: 0.01, decay: 0.1);
        fixed (float* weights = weight, gradients = gradient, means = mean, squares = square, largestSquares = largest)
        {
            new AdamTask { Weight = weights, Gradient = gradients, Mean = means, Square = squares, LargestSquare = largestSquares, Elements = Count, Step = step }.Run(0, Count);
        }

        for (var i = 0; i < Count; i++)
        {
            w[i] *= step.DecayBefore;
            m[i] += step.MeanShare * (g[i] - m[i]);
            v[i] = (step.SquareKept * v[i]) + (step.SquareShare * g[i] * g[i]);
            most[i] = Math.Max(most[i], v[i]);
            w[i] -= step.StepSize * m[i] / ((step.RootScale * Math.Sqrt(most[i])) + step.Epsilon);
        }

        return KernelProof.Compare("Adam's weights", weight, w, Tolerance) ?? KernelProof.Compare("Adam's means", mean, m, Tolerance)
            ?? KernelProof.Compare("Adam's squares", square, v, Tolerance) ?? KernelProof.Compare("Adam's largest squares", largest, most, Tolerance);
    }

    private static string? CheckSgd()
    {
        var step = new SgdStep(new OptimizationOptions { Optimizer = OptimizerKind.Sgd, Momentum = 0.9, Nesterov = true }, step: 2, learningRate: 0.1, decay: 0.01);
        var (weight, gradient, buffer) = (Row(1), Row(2), Row(3));
        var (w, g, b) = (Doubles(weight), Doubles(gradient), Doubles(buffer));
        fixed (float* weights = weight, gradients = gradient, buffers = buffer)
        {
            new SgdTask { Weight = weights, Gradient = gradients, Buffer = buffers, Elements = Count, Step = step }.Run(0, Count);
        }

        for (var i = 0; i < Count; i++)
        {
            var slope = g[i] + (step.Decay * w[i]);
            b[i] = (step.Momentum * b[i]) + (step.BufferShare * slope);
            w[i] -= step.LearningRate * (slope + (step.Momentum * b[i]));
        }

        return KernelProof.Compare("SGD's weights", weight, w, Tolerance) ?? KernelProof.Compare("SGD's buffers", buffer, b, Tolerance);
    }

    private static string? CheckNorms()
    {
        var values = Row(1);
        double sum, largest;
        fixed (float* first = values)
        {
            new NormTask { Values = first, Elements = Count, Type = 2, Unit = 1, Blocks = &sum }.Run(0, 1);
            new NormTask { Values = first, Elements = Count, Type = double.PositiveInfinity, Unit = 1, Blocks = &largest }.Run(0, 1);
        }

        return KernelProof.Compare("sum of squares", [(float)sum], [values.Sum(value => (double)value * value)], Tolerance)
            ?? KernelProof.Compare("largest magnitude", [(float)largest], [values.Max(MathF.Abs)], 0);
    }

    private static string? CheckLimit()
    {
        var values = Row(1);
        var expected = values.Select(value => Math.Clamp(value * 0.75, -0.5, 0.5)).ToArray();
        fixed (float* first = values)
        {
            new LimitTask { Values = first, Elements = Count, Factor = 0.75f, Limit = 0.5f }.Run(0, Count);
        }

        return KernelProof.Compare("limited gradients", values, expected, Tolerance);
    }

    private static string? CheckAverage()
    {
        var (average, weight) = (Row(1), Row(2));
        var expected = average.Zip(weight, (a, w) => a + (0.25 * ((double)w - a))).ToArray();
        fixed (float* averages = average, weights = weight)
        {
            new AverageTask { Average = averages, Weight = weights, Elements = Count, Share = 0.25f }.Run(0, Count);
            new ExchangeTask { One = averages, Other = weights, Elements = Count }.Run(0, Count);
        }

        return KernelProof.Compare("averaged weights", weight, expected, Tolerance) ?? KernelProof.Compare("exchanged weights", average, Doubles(Row(2)), 0);
    }

    private static float[] Row(int row) => ProductProof.Inputs(Count, row);

    private static float[] Squares(int row) => [.. Row(row).Select(value => value * value)];

    private static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];
}
