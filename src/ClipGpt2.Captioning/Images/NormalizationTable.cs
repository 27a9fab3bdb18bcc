namespace ClipGpt2.Captioning.Images;

/// <summary>The float32 value that each byte of each channel becomes, computed once instead of once a pixel.</summary>
/// <remarks>Rescaling in float64 rounded to float32, then (x - mean) / std in float32: <c>rescale</c> and <c>normalize</c> of transformers' <c>image_transforms</c>.</remarks>
internal sealed class NormalizationTable
{
    private readonly float[] _values = new float[3 * 256];

    public NormalizationTable(ImagePreprocessorOptions options)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var (channel, value) = (i / 256, (float)(i % 256));
            if (options.Rescale)
            {
                value = (float)(i % 256 * options.RescaleFactor);
            }

            _values[i] = options.Normalize ? (value - (float)options.Mean[channel]) / (float)options.StandardDeviation[channel] : value;
        }
    }

    /// <summary>[256] of a channel.</summary>
    public ReadOnlySpan<float> Channel(int channel) => _values.AsSpan(channel * 256, 256);
}
