namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>How much further off results may be on a GPU than on the CPU, on which the reference programs ran.</summary>
/// <remarks>It belongs to the thread that checks a case, so that the checks needn't hand it on to each comparison.</remarks>
internal static class DeviceTolerance
{
    // A GPU's float32 products sum in larger blocks and in another order, and its exponentials are a few units in the last place off.
    private const double Gpu = 10;

    [ThreadStatic]
    private static double? _factor;

    /// <summary>A tolerance of the CPU's for the device of the case that is being checked.</summary>
    public static double Of(double tolerance) => tolerance * (_factor ?? 1);

    /// <summary>Begins a case; disposing ends it.</summary>
    public static IDisposable For(string device)
    {
        _factor = device == "cpu" ? 1 : Gpu;
        return new Case();
    }

    private sealed class Case : IDisposable
    {
        public void Dispose() => _factor = null;
    }
}
