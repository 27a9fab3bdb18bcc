using System.Text;

namespace ClipGpt2.Captioning.Reports.TensorBoard;

/// <summary>A table in Markdown, whose cells may hold any text.</summary>
internal static class MarkdownTable
{
    public static string Of(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new StringBuilder();
        AddRow(table, header);
        AddRow(table, [.. header.Select(_ => "---")]);
        foreach (var row in rows)
        {
            AddRow(table, [.. row.Select(Cell)]);
        }

        return table.ToString();
    }

    private static void AddRow(StringBuilder table, IReadOnlyList<string> cells) => table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    /// <summary>On one line, with the signs disarmed that Markdown takes for its own.</summary>
    private static string Cell(string text)
    {
        var cell = new StringBuilder(text.Length);
        foreach (var c in text.ReplaceLineEndings(" "))
        {
            if (@"\`*_{}[]<>()#+!|~".Contains(c, StringComparison.Ordinal))
            {
                cell.Append('\\');
            }

            cell.Append(c);
        }

        return cell.ToString();
    }
}
