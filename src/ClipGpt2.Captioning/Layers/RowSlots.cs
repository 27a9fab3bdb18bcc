using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>Places for rows that share images: as many for each image as the one with the most rows needs, so that all its rows look at it at once.</summary>
/// <param name="Images">The number of images.</param>
/// <param name="Most">The places of an image.</param>
/// <param name="Places">int64 [rows]: each row's place among all.</param>
internal sealed record RowSlots(long Images, long Most, Tensor Places) : IDisposable
{
    /// <summary>Finds places for rows of which the image is given.</summary>
    public static RowSlots Of(ReadOnlySpan<int> imageOfRow, int images, Device device)
    {
        var (used, places) = (new long[images], new long[imageOfRow.Length]);
        for (var row = 0; row < places.Length; row++)
        {
            places[row] = used[imageOfRow[row]]++;
        }

        var most = used.Max();
        for (var row = 0; row < places.Length; row++)
        {
            places[row] += imageOfRow[row] * most;
        }

        return new(images, most, tensor(places, device: device).DetachFromDisposeScope());
    }

    /// <summary>Rows [rows, H] at their places [images * most, H], with zeros between.</summary>
    public Tensor Spread(Tensor rows) => zeros([Images * Most, rows.shape[1]], rows.dtype, rows.device).index_copy_(0, Places, rows);

    /// <summary>What stands at the rows' places.</summary>
    public Tensor Gather(Tensor spread) => spread.index_select(0, Places);

    public void Dispose() => Places.Dispose();
}
