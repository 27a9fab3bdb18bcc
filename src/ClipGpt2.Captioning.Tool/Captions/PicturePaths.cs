using ClipGpt2.Captioning.Pipeline;

namespace ClipGpt2.Captioning.Tool.Captions;

/// <summary>The pictures that a command line means by files, folders, patterns and <c>-</c>.</summary>
/// <param name="recursive">Whether folders within folders are looked into.</param>
internal sealed class PicturePaths(bool recursive)
{
    /// <summary>Stands for a list on standard input, a path a line.</summary>
    public const string StandardInput = "-";

    /// <summary>The pictures, in the order of the command line; a folder's and a pattern's by name.</summary>
    /// <exception cref="CaptioningException">A folder holds no pictures, a pattern fits nothing, or the list is empty.</exception>
    public async Task<string[]> ExpandAsync(string[] arguments, CancellationToken token)
    {
        // Standard input can be read once. A read can't be cancelled, but it needn't be waited for.
        var listed = arguments.Contains(StandardInput) ? await Task.Run(ReadList, CancellationToken.None).WaitAsync(token) : [];
        return [.. arguments.SelectMany(argument => argument == StandardInput ? listed.SelectMany(Pictures) : PathPattern.Expand(argument).SelectMany(Pictures))];
    }

    private static List<string> ReadList()
    {
        var paths = new List<string>();
        while (Console.In.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                paths.Add(line);
            }
        }

        return paths.Count > 0 ? paths : throw new CaptioningException("Standard input (-) names no pictures: give the path of one on each line.");
    }

    private IReadOnlyList<string> Pictures(string path) => !Directory.Exists(path) ? [path] : ImageFiles.In(path, recursive) is { Count: > 0 } files
        ? files
        : throw new CaptioningException(
            $"The folder '{path}' holds no pictures: no file in it ends in {ImageFiles.Known}{(recursive ? "" : "; with --recursive its folders are looked into too")}.");
}
