using System.Globalization;
using System.Net;
using System.Text;

namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>A page that shows the worst and the best images with their captions and figures.</summary>
public static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d8dee4; --back: #fff; --card: #f6f8fa; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --back: #0d1117; --card: #151b23; } }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: var(--text); background: var(--back); overflow-wrap: break-word; }
        .table { overflow-x: auto; } table { border-collapse: collapse; } td, th { padding: .2rem .8rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); } th:first-child { text-align: left; padding-left: 0; }
        article { display: flex; gap: 1rem; padding: 1rem 0; border-bottom: 1px solid var(--line); } article > div { min-width: 0; overflow-wrap: anywhere; }
        img { flex: none; width: 14rem; height: 10rem; object-fit: contain; background: var(--card); border-radius: 4px; }
        .candidate { font-weight: 600; } ul { margin: .3rem 0; padding-left: 1.2rem; color: var(--soft); } .figures { color: var(--soft); font-size: .85rem; } .figures span { white-space: nowrap; }
        @media (max-width: 34rem) { article { flex-direction: column; gap: .5rem; } img { width: 100%; } }
        """;

    /// <summary>Writes a page, whole or not at all.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="CaptioningException">The file can't be written, or the count is not positive.</exception>
    public static void Write(EvaluationResult result, string path, HtmlReportOptions? options = null)
    {
        var page = Render(result, options ?? new HtmlReportOptions());
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    internal static string Render(EvaluationResult result, HtmlReportOptions options)
    {
        if (options.Count < 1)
        {
            throw new CaptioningException($"The page's Count is {options.Count}; it must be at least 1.");
        }

        var order = result.Scores.FirstOrDefault(s => s.Key == options.OrderBy) ?? result.Scores[^1];
        var worstFirst = Enumerable.Range(0, result.Corpus.Images.Count).OrderBy(i => order.PerImage[i]).ToList();
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(options.Title)}</title><style>{Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(options.Title)}</h1>\n<p>{result.Corpus.Images.Count} images</p>\n");
        AddTable(page, result);
        AddImages(page, result, options, $"Worst by {order.Key}", worstFirst.Take(options.Count));
        AddImages(page, result, options, $"Best by {order.Key}", Enumerable.Reverse(worstFirst).Take(options.Count));
        return page.Append("</body></html>\n").ToString();
    }

    private static void AddTable(StringBuilder page, EvaluationResult result)
    {
        page.Append("<div class=\"table\"><table><tr><th>metric</th><th>score</th><th>value</th></tr>\n");
        foreach (var metric in result.Metrics)
        {
            foreach (var score in metric.Scores)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(metric.Name)}</th><td>{Text(score.Key)}</td><td>{Figure(score.Corpus)}</td></tr>\n");
            }
        }

        page.Append("</table></div>\n");
    }

    private static void AddImages(StringBuilder page, EvaluationResult result, HtmlReportOptions options, string title, IEnumerable<int> images)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n");
        foreach (var i in images)
        {
            var image = result.Corpus.Images[i];
            page.Append("<article>");
            if (options.Picture?.Invoke(image.Id) is { } picture)
            {
                page.Append(CultureInfo.InvariantCulture, $"<img src=\"{Text(picture)}\" alt=\"image {Text(image.Id)}\" loading=\"lazy\">");
            }

            page.Append(CultureInfo.InvariantCulture, $"<div><div class=\"figures\">{Text(image.Id)}</div><div class=\"candidate\">{Text(image.Candidate)}</div><ul>");
            foreach (var reference in image.References)
            {
                page.Append(CultureInfo.InvariantCulture, $"<li>{Text(reference)}</li>");
            }

            var figures = result.Scores.Select(s => $"<span>{Text(s.Key)} {Figure(s.PerImage[i])}</span>");
            page.Append(CultureInfo.InvariantCulture, $"</ul><div class=\"figures\">{string.Join(" · ", figures)}</div></div></article>\n");
        }
    }

    private static string Figure(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
