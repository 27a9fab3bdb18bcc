using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>
/// What ONNX Runtime reached on these graphs when the reference programs were measured (Python, onnxruntime 1.32.0, 2 cores of another
/// processor): the peer here must come near it, as a share of what the machine can do.
/// </summary>
internal static class ReferenceSpeed
{
    /// <summary>The limits there. The times below are the best of repeated runs, hence upper quartiles here.</summary>
    private static readonly MachineRates Rates = new(Float32: 479e9, Reduced: 916e9, Memory: 80e9);

    // Seconds by batch size. Five rows weren't measured: the value lies on the line between 1 and 8 rows.
    private static readonly Dictionary<int, double> Encoding = new() { [1] = 1 / 36.9, [8] = 8 / 51.3, [32] = 32 / 50.2 };
    private static readonly Dictionary<int, double> Steps = new() { [1] = 6.44e-3, [5] = 11.1e-3, [40] = 34.1e-3 };
    private static readonly Dictionary<int, double> Captions = new() { [1] = 1 / 2.35, [8] = 8 / 7.71 };

    public static double Encode(int images, Roofline roofline) => roofline.Seconds(Rates) / Encoding[images];

    public static double Step(int rows, int count, Roofline roofline) => roofline.Seconds(Rates) / (Steps[rows] * count);

    public static double Caption(int images, Roofline roofline) => roofline.Seconds(Rates) / Captions[images];
}
