using System.Globalization;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Whether a disk has room, asked before anything is written.</summary>
internal static class FreeSpace
{
    /// <param name="folder">Where it is to be written; it need not be there.</param>
    /// <param name="bytes">How much it will be.</param>
    /// <param name="what">What needs it, for the message.</param>
    /// <param name="state">What has been done so far, for the message.</param>
    /// <exception cref="CaptioningException">There isn't enough.</exception>
    public static void Require(string folder, long bytes, string what, string state)
    {
        if (Of(folder) is { } free && free < bytes)
        {
            throw new CaptioningException(
                $"The disk of '{folder}' has {Size(free)} free, and {what} needs {Size(bytes)}: make room, or choose a folder on another disk. {state}");
        }
    }

    /// <summary>Null where the system doesn't tell, as of a share on a network.</summary>
    private static long? Of(string folder)
    {
        var existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } above)
        {
            existing = above;
        }

        try
        {
            return new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            return null;
        }
    }

    /// <summary>A size as messages say it.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB"),
    };
}
