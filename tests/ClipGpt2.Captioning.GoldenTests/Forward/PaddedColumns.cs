using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>Which columns of a batch are padding, and which positions they have.</summary>
/// <param name="mask">[B, T], 0 where there is padding; null for none.</param>
/// <param name="positions">[B, T]; null for those of GPT-2's forward pass, which counts columns.</param>
internal sealed class PaddedColumns(torch.Tensor? mask, torch.Tensor? positions)
{
    private readonly long[,]? _mask = Table(mask);
    private readonly long[,]? _positions = Table(positions);

    public bool IsReal(int row, int column) => _mask is null || _mask[row, column] != 0;

    /// <summary>How many columns a session must begin with, so that no row of it is all padding: as many as are asked for, or more; null if there are not enough.</summary>
    /// <param name="rows">The rows of the batch.</param>
    /// <param name="asked">The columns that are asked for.</param>
    /// <param name="all">The columns that there are.</param>
    public int? Start(int rows, int asked, int all)
    {
        var begin = Enumerable.Range(0, rows).Max(row => Enumerable.Range(0, all).Cast<int?>().FirstOrDefault(column => IsReal(row, column!.Value)) ?? all);
        return begin < all ? Math.Max(begin + 1, asked) : null;
    }

    /// <summary>
    /// Whether a session sees a row's columns before an end as this batch does: padding on the left alone, and positions that count from there. A session numbers
    /// by the mask, and what it is given later is never padding.
    /// </summary>
    public bool IsAsInSession(int row, int end)
    {
        var counted = 0;
        for (var column = 0; column < end; column++)
        {
            if (IsReal(row, column) ? counted++ != (_positions is null ? column : _positions[row, column]) : counted > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static long[,]? Table(torch.Tensor? tensor)
    {
        if (tensor is null)
        {
            return null;
        }

        var table = new long[tensor.shape[0], tensor.shape[1]];
        var values = tensor.cpu().contiguous().data<long>().ToArray();
        Buffer.BlockCopy(values, 0, table, 0, values.Length * sizeof(long));
        return table;
    }
}
