namespace ClipGpt2.Captioning.Reports;

/// <summary>The files that observers write.</summary>
internal static class ReportFile
{
    /// <summary>The path with the run's timestamp before its ending, as <c>figs/plots_20261123_213907.png</c>.</summary>
    /// <param name="path">The configured path.</param>
    /// <param name="timestamp">The run's timestamp.</param>
    /// <param name="ending">The ending that the file gets, with its dot; the path's own may be missing.</param>
    public static string WithTimestamp(string path, string timestamp, string ending)
    {
        var name = path.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? path[..^ending.Length] : path;
        return $"{name}_{timestamp}{ending}";
    }
}
