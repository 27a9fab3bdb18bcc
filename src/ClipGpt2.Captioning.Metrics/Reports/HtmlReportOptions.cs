namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>What <see cref="HtmlReport"/> shows.</summary>
public sealed class HtmlReportOptions
{
    /// <summary>The page's title.</summary>
    /// <value>Caption evaluation.</value>
    public string Title { get; set; } = "Caption evaluation";

    /// <summary>The score that orders the images.</summary>
    /// <value><c>cider</c>; the result's last score if it has none of that key.</value>
    public string OrderBy { get; set; } = "cider";

    /// <summary>How many of the worst and of the best images are shown.</summary>
    /// <value>20.</value>
    public int Count { get; set; } = 20;

    /// <summary>The address of an image's picture, relative to the page or absolute, by its id; null for none.</summary>
    /// <value>Null: no pictures.</value>
    public Func<string, string?>? Picture { get; set; }
}
