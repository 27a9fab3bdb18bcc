using System.Globalization;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Whether a disk has room, asked before anything is written.</summary>
internal static class FreeSpace
{
    /// <exception cref="CaptioningException">There isn't enough.</exception>
    public static void Require(string folder, long bytes, string what)
    {
        if (Of(folder) is { } free && free < bytes)
        {
            throw new CaptioningException(
                $"The disk of '{folder}' has {Megabytes(free)} free, and {what} needs {Megabytes(bytes)}: make room, or choose a folder on another disk. Nothing was downloaded.");
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

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");
}
