namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>The filters as functions of the distance from the centre.</summary>
/// <remarks>Written term by term as in Pillow's <c>Resample.c</c>: another order of the same operations rounds differently.</remarks>
internal static class FilterKernel
{
    public static double Radius(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Box => 0.5,
        ResampleFilter.Bilinear or ResampleFilter.Hamming => 1,
        ResampleFilter.Bicubic => 2,
        ResampleFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "The filter has no kernel."),
    };

    public static double Value(ResampleFilter filter, double x) => filter switch
    {
        ResampleFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        ResampleFilter.Bilinear => Math.Max(1 - Math.Abs(x), 0),
        ResampleFilter.Hamming => Hamming(Math.Abs(x)),
        ResampleFilter.Bicubic => Bicubic(Math.Abs(x)),
        ResampleFilter.Lanczos => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "The filter has no kernel."),
    };

    private static double Bicubic(double x) => x switch
    {
        < 1 => (((1.5 * x) - 2.5) * x * x) + 1,
        < 2 => ((((x - 5) * x) + 8) * x - 4) * -0.5,
        _ => 0,
    };

    private static double Hamming(double x)
    {
        if (x >= 1)
        {
            return 0;
        }

        // Pillow writes the window's constants in single precision.
        return x == 0 ? 1 : Sinc(x) * (0.54f + (0.46f * Math.Cos(x * Math.PI)));
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
