namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Undoing the prediction that PNG applies to each row.</summary>
internal static class PngFilter
{
    /// <summary>Turns differences into values, in place.</summary>
    /// <param name="row">The filter's number, then the row.</param>
    /// <param name="previous">The row above in the same form.</param>
    /// <param name="distance">Bytes from a pixel to the next, at least 1.</param>
    public static void Undo(Span<byte> row, ReadOnlySpan<byte> previous, int distance)
    {
        switch (row[0])
        {
            case 0:
                break;
            case 1:
                for (var i = distance + 1; i < row.Length; i++)
                {
                    row[i] += row[i - distance];
                }

                break;
            case 2:
                for (var i = 1; i < row.Length; i++)
                {
                    row[i] += previous[i];
                }

                break;
            case 3:
                for (var i = 1; i < row.Length; i++)
                {
                    row[i] += (byte)(((i > distance ? row[i - distance] : 0) + previous[i]) / 2);
                }

                break;
            case 4:
                for (var i = 1; i < row.Length; i++)
                {
                    row[i] += i > distance ? Paeth(row[i - distance], previous[i], previous[i - distance]) : previous[i];
                }

                break;
            default:
                throw new ImageDecodingException($"The PNG file is damaged: a row has filter {row[0]}; there are 0 to 4.");
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        var fromLeft = Math.Abs(above - corner);
        var fromAbove = Math.Abs(left - corner);
        var fromCorner = Math.Abs(left + above - (2 * corner));
        return (byte)(fromLeft <= fromAbove && fromLeft <= fromCorner ? left : fromAbove <= fromCorner ? above : corner);
    }
}
