using System.Globalization;
using System.Text;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>The figures of each epoch, the best one marked.</summary>
internal static class EpochTable
{
    public static string Render(IReadOnlyList<EpochFigures> history)
    {
        if (history.Count == 0)
        {
            return "";
        }

        var keys = history.SelectMany(e => e.Metrics.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        var table = new StringBuilder("<h2>Epochs</h2>\n<div class=\"table\"><table class=\"epochs\">\n<tr><th>epoch</th><th>steps</th><th>train loss</th>");
        var isRewarded = history.Any(e => e.TrainReward is not null);
        table.Append(isRewarded ? "<th>train reward</th>" : "").Append("<th>validation loss</th>");
        table.AppendJoin("", keys.Select(k => $"<th>{Html.Text(k)}</th>")).Append("<th>learning rate</th><th>time</th></tr>\n");
        var best = history.LastOrDefault(e => e.IsBest);
        foreach (var epoch in history)
        {
            table.Append(CultureInfo.InvariantCulture, $"<tr{(epoch == best ? " class=\"best\"" : "")}><td>{epoch.Epoch}</td><td>{epoch.Step:N0}</td><td>{Html.Figure(epoch.TrainLoss)}</td>");
            table.Append(isRewarded ? $"<td>{Html.Figure(epoch.TrainReward)}</td>" : "").Append(CultureInfo.InvariantCulture, $"<td>{Html.Figure(epoch.ValidationLoss)}</td>");
            table.AppendJoin("", keys.Select(k => $"<td>{Html.Figure(epoch.Metrics.TryGetValue(k, out var figure) ? figure : null)}</td>"));
            table.Append(CultureInfo.InvariantCulture, $"<td>{Html.Figure(epoch.LearningRate)}</td><td>{Html.Duration(TimeSpan.FromSeconds(epoch.Seconds))}</td></tr>\n");
        }

        return table.Append("</table></div>\n").ToString();
    }
}
