using System.Globalization;
using System.Text;
using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>Puts a group's rows into a Markdown page, between two comments that name the group; the text around them stays.</summary>
internal static class PerformancePage
{
    /// <summary>Replaces what stands between <c>&lt;!-- ratios: GROUP --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</summary>
    /// <exception cref="InvalidDataException">The page has no such comments.</exception>
    public static void Update(string path, string group, string machine, IEnumerable<RatioRow> rows)
    {
        var page = File.ReadAllText(path);
        var opening = $"<!-- ratios: {group} -->\n";
        var begin = page.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
        var end = begin < opening.Length ? -1 : page.IndexOf("<!-- end -->", begin, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new InvalidDataException($"{path} has no place for the group: a line '{opening.TrimEnd()}' and after it a line '<!-- end -->'.");
        }

        File.WriteAllText(path, page[..begin] + Table(machine, rows) + page[end..]);
    }

    private static string Table(string machine, IEnumerable<RatioRow> rows)
    {
        var table = new StringBuilder($"\n{machine}\n\n| workload | unit | ours | peer | ratio | of the limit | limit | weights, MB | tries |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            var peer = row.PeerValue is null ? "" : $"{Number(row.PeerValue)} ({row.Peer})";
            var ratio = row.Valid ? Number(row.Ratio) : "invalid";
            table.Append(CultureInfo.InvariantCulture, $"| {row.Workload} | {row.Unit} | {Number(row.Ours)} ({Number(row.OursSpread[0])} to {Number(row.OursSpread[1])}) | {peer} | {ratio} | {Number(row.Fraction)} | {row.Limit} | {Number(row.WeightMegabytes)} | {row.Tries} |\n");
        }

        return table.Append('\n').ToString();
    }

    private static string Number(double? value) => value switch
    {
        null => "",
        >= 1000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.Value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
