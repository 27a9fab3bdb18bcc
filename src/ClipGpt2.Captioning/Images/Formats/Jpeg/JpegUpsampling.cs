namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>Bringing a component of fewer samples to the picture's size, as libjpeg-turbo does with "fancy" upsampling.</summary>
/// <remarks>
/// <c>jdsample.c</c>: triangle filters where a component is halved across, down or both ways, repetition otherwise. Beyond an edge lies its own
/// last sample. Two half-open roundings alternate so that no bias arises.
/// </remarks>
internal static class JpegUpsampling
{
    /// <summary>Upsamples one row of the result.</summary>
    /// <param name="samples">The component's samples.</param>
    /// <param name="stride">Samples from row to row.</param>
    /// <param name="component">The component.</param>
    /// <param name="across">How many times wider the result is.</param>
    /// <param name="down">How many times higher the result is.</param>
    /// <param name="y">The row of the result.</param>
    /// <param name="row">The result's row; at least <paramref name="across"/> times the component's width.</param>
    public static void Row(ReadOnlySpan<byte> samples, int stride, JpegComponent component, int across, int down, int y, Span<byte> row)
    {
        var width = component.Width;
        var near = samples.Slice(y / down * stride, width);
        // The second nearest row lies above an upper row and below a lower one.
        var other = Math.Clamp((y / down) + (y % down == 0 ? -1 : 1), 0, component.Height - 1);
        var far = samples.Slice(other * stride, width);
        switch (across, down)
        {
            case (1, 2):
                for (var x = 0; x < width; x++)
                {
                    row[x] = (byte)(((3 * near[x]) + far[x] + (y % 2 == 0 ? 1 : 2)) >> 2);
                }

                break;
            case (2, 1) when width > 2:
                Across(near, row);
                break;
            case (2, 2) when width > 2:
                AcrossAndDown(near, far, row);
                break;
            default:
                for (var x = 0; x < width * across; x++)
                {
                    row[x] = near[x / across];
                }

                break;
        }
    }

    private static void Across(ReadOnlySpan<byte> samples, Span<byte> row)
    {
        var last = samples.Length - 1;
        for (var x = 0; x <= last; x++)
        {
            row[2 * x] = (byte)(x == 0 ? samples[0] : ((3 * samples[x]) + samples[x - 1] + 1) >> 2);
            row[(2 * x) + 1] = (byte)(x == last ? samples[last] : ((3 * samples[x]) + samples[x + 1] + 2) >> 2);
        }
    }

    private static void AcrossAndDown(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<byte> row)
    {
        var last = near.Length - 1;
        for (var x = 0; x <= last; x++)
        {
            var sum = (3 * near[x]) + far[x];
            var before = x == 0 ? sum : (3 * near[x - 1]) + far[x - 1];
            var after = x == last ? sum : (3 * near[x + 1]) + far[x + 1];
            row[2 * x] = (byte)(((3 * sum) + before + 8) >> 4);
            row[(2 * x) + 1] = (byte)(((3 * sum) + after + 7) >> 4);
        }
    }
}
