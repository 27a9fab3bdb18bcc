using System.Globalization;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>The names of a run's files: the configured one with the run's timestamp in the reference program's form.</summary>
internal sealed partial record CheckpointFiles(string Folder, string Name, string Timestamp)
{
    private const string Ending = ".safetensors";
    private const string StateEnding = ".state" + Ending;

    /// <summary>The best checkpoint.</summary>
    public string Best => Path.Combine(Folder, RunName + Ending);

    /// <summary>The newest checkpoint.</summary>
    public string Last => Path.Combine(Folder, RunName + "_last" + Ending);

    /// <summary>The complete state of the run.</summary>
    public string State => Path.Combine(Folder, RunName + StateEnding);

    /// <summary>What the names of all files of the run begin with.</summary>
    public string RunName => $"{Name}_{Timestamp}";

    /// <summary>The files of a run that begins now.</summary>
    /// <param name="configured">The configured path, whose ending doesn't count.</param>
    /// <param name="now">The local time.</param>
    public static CheckpointFiles Begin(string configured, DateTimeOffset now) =>
        Of(configured, now.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture));

    /// <summary>The files of the newest run that left a state.</summary>
    /// <exception cref="CaptioningException">There is none.</exception>
    public static CheckpointFiles Newest(string configured)
    {
        var pattern = Of(configured, "*");
        var newest = Directory.Exists(pattern.Folder)
            ? Directory.EnumerateFiles(pattern.Folder, Path.GetFileName(pattern.State)).Select(file => TimestampOf(file, pattern.Name)).Where(t => t is not null).Max()
            : null;
        return newest is null
            ? throw new CaptioningException($"There is no run to resume: no file '{pattern.State}' is there. Start one without resuming, or name the checkpoint path of the run that is to go on.")
            : Of(configured, newest);
    }

    /// <summary>Makes the folder, and removes what a killed process of this run began to write.</summary>
    /// <exception cref="CaptioningException">The folder can't be made or written to.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            foreach (var begun in Directory.EnumerateFiles(Folder, $"{RunName}*{Ending}.*.tmp"))
            {
                File.Delete(begun);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptioningException($"The folder '{Folder}' for checkpoints can't be made or written to: {e.Message}", e);
        }
    }

    private static CheckpointFiles Of(string configured, string timestamp) =>
        new(Path.GetDirectoryName(Path.GetFullPath(configured)) ?? ".", Path.GetFileNameWithoutExtension(configured), timestamp);

    private static string? TimestampOf(string file, string name)
    {
        var timestamp = Path.GetFileName(file)[(name.Length + 1)..^StateEnding.Length];
        return Form().IsMatch(timestamp) ? timestamp : null;
    }

    [GeneratedRegex(@"^\d{8}_\d{6}\z")]
    private static partial Regex Form();
}
