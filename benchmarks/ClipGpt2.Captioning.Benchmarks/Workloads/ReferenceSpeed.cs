using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>
/// What ONNX Runtime reached on these graphs when the reference programs were measured (from Python, onnxruntime 1.32.0, 2 cores of another
/// processor): the peer here must come near it.
/// </summary>
internal static class ReferenceSpeed
{
    // The limits there. The times below are the best of repeated runs, hence upper quartiles here.
    private const double Gemm = 479e9;
    private const double Memory = 80e9;

    // Seconds by batch size. Five rows weren't measured: the value lies on the line between 1 and 8 rows.
    private static readonly Dictionary<int, double> Encoding = new() { [1] = 1 / 36.9, [8] = 8 / 51.3, [32] = 32 / 50.2 };
    private static readonly Dictionary<int, double> Steps = new() { [1] = 6.44e-3, [5] = 11.1e-3, [40] = 34.1e-3 };
    private static readonly Dictionary<int, double> Captions = new() { [1] = 1 / 2.35, [8] = 8 / 7.71 };

    public static Func<MachineRates, double> Encode(int images) => Scaled(Encoding[images]);

    public static Func<MachineRates, double> Step(int rows, int count) => Scaled(Steps[rows] * count);

    public static Func<MachineRates, double> Caption(int images) => Scaled(Captions[images]);

    /// <summary>The time to expect here: longer by the limit that fell most from that machine to this one.</summary>
    private static Func<MachineRates, double> Scaled(double seconds) => rates => seconds * Math.Max(Gemm / rates.Float32, Memory / rates.Memory);
}
