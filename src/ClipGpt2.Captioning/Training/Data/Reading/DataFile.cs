using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Opens the files that captions are read from, with errors that name them.</summary>
internal static class DataFile
{
    /// <param name="path">The file.</param>
    /// <param name="content">What it is to hold, for messages.</param>
    /// <exception cref="CaptioningException">There is no such file, or it can't be opened.</exception>
    public static FileStream Open(string path, string content)
    {
        if (!File.Exists(path))
        {
            throw new CaptioningException($"There is no file '{path}': give the file that holds {content}.");
        }

        return TextFile.Guard(path, content, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan));
    }

    /// <summary>All bytes of a small file.</summary>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static byte[] ReadAll(string path, string content) => TextFile.Guard(path, content, () => File.ReadAllBytes(path));
}
