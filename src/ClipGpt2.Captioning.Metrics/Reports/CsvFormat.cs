using System.Text;

namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>Comma-separated values as RFC 4180 and Python's <c>csv</c> have them: CRLF, quotes where needed, UTF-8 without a mark.</summary>
internal static class CsvFormat
{
    public static string Line(IEnumerable<string> fields) => string.Join(',', fields.Select(Field)) + "\r\n";

    /// <summary>The rows of a text, each with the number of the line that it starts on.</summary>
    /// <exception cref="CaptioningException">A quote isn't closed, or text follows one.</exception>
    public static IEnumerable<(int Line, List<string> Fields)> Rows(string text, string path)
    {
        var (position, line) = (text.StartsWith('\uFEFF') ? 1 : 0, 1);
        while (position < text.Length)
        {
            var (first, fields) = (line, new List<string>());
            do
            {
                fields.Add(ReadField(text, ref position, ref line, path));
            }
            while (position < text.Length && text[position++] == ',');

            // The loop has taken a line end: the second half of CRLF is left.
            if (position > 0 && position < text.Length && text[position - 1] == '\r' && text[position] == '\n')
            {
                position++;
            }

            line++;
            yield return (first, fields);
        }
    }

    private static string Field(string field) => field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static string ReadField(string text, ref int position, ref int line, string path)
    {
        if (position >= text.Length || text[position] != '"')
        {
            var end = text.AsSpan(position).IndexOfAny(',', '\r', '\n');
            var start = position;
            position = end < 0 ? text.Length : position + end;
            return text[start..position];
        }

        var (field, opened) = (new StringBuilder(), line);
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '"' && (++position >= text.Length || text[position] != '"'))
            {
                return position >= text.Length || text[position] is ',' or '\r' or '\n'
                    ? field.ToString()
                    : throw new CaptioningException($"'{path}', line {line}: text follows a closing quote; a quote inside a field is doubled.");
            }

            line += text[position] == '\n' ? 1 : 0;
            field.Append(text[position]);
        }

        throw new CaptioningException($"'{path}', line {opened}: a quote is not closed.");
    }
}
