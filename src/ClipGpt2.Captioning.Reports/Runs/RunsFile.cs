using System.Text;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Reports;

namespace ClipGpt2.Captioning.Reports.Runs;

/// <summary>A table of runs in a CSV file: one row a run, known by the column <c>name</c>.</summary>
internal sealed class RunsFile
{
    private const string Name = "name";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<string> _columns;
    private readonly List<Dictionary<string, string>> _rows;

    private RunsFile(List<string> columns, List<Dictionary<string, string>> rows) => (_columns, _rows) = (columns, rows);

    /// <summary>Puts a run's fields into its row; other processes may do so at the same time.</summary>
    /// <param name="path">The file; made if it isn't there.</param>
    /// <param name="row">The fields, <c>name</c> first. What the row has beside them stays, such as notes that somebody wrote.</param>
    /// <exception cref="CaptioningException">The file isn't a table of runs, or can't be read or written.</exception>
    public static void Update(string path, IReadOnlyList<KeyValuePair<string, string>> row)
    {
        using var hold = FileLock.Take(path, Patience);
        var table = Read(path);
        table.Merge(row);
        AtomicFile.Write(path, table.Write);
    }

    /// <summary>A run's fields; null if it has no row.</summary>
    /// <exception cref="CaptioningException">The file isn't a table of runs, or can't be read.</exception>
    public static IReadOnlyDictionary<string, string>? Find(string path, string run)
    {
        using var hold = FileLock.Take(path, Patience);
        return Read(path)._rows.Find(r => r[Name] == run);
    }

    private static RunsFile Read(string path)
    {
        if (!File.Exists(path))
        {
            return new([Name], []);
        }

        var rows = CsvFormat.Rows(TextFile.All(path, "a table of runs"), path).ToList();
        if (rows.Count == 0)
        {
            return new([Name], []);
        }

        var columns = rows[0].Fields;
        return columns.Contains(Name) && columns.Distinct().Count() == columns.Count
            ? new(columns, [.. rows.Skip(1).Where(r => r.Fields.Any(f => f.Length > 0)).Select(r => Row(r.Line, r.Fields, columns, path))])
            : throw new CaptioningException($"'{path}', line 1: a table of runs has a column '{Name}', and no column twice; move the file away, or name another.");
    }

    private static Dictionary<string, string> Row(int line, List<string> fields, List<string> columns, string path) => fields.Count <= columns.Count
        ? columns.Zip(fields.Concat(Enumerable.Repeat("", columns.Count - fields.Count))).ToDictionary(f => f.First, f => f.Second)
        : throw new CaptioningException($"'{path}', line {line}: the row has {fields.Count} fields, but there are {columns.Count} columns.");

    private void Merge(IReadOnlyList<KeyValuePair<string, string>> row)
    {
        for (var i = 0; i < row.Count; i++)
        {
            if (!_columns.Contains(row[i].Key))
            {
                // Beside the field that it follows in its row: figures stay together.
                _columns.Insert(i == 0 ? 0 : _columns.IndexOf(row[i - 1].Key) + 1, row[i].Key);
            }
        }

        var known = _rows.Find(r => r[Name] == row[0].Value);
        if (known is null)
        {
            _rows.Add(known = []);
        }

        foreach (var (column, value) in row)
        {
            known[column] = value;
        }
    }

    private void Write(Stream stream)
    {
        var text = new StringBuilder(CsvFormat.Line(_columns));
        foreach (var row in _rows)
        {
            text.Append(CsvFormat.Line(_columns.Select(c => row.GetValueOrDefault(c, ""))));
        }

        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
