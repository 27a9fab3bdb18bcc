using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>JSON texts as Python's <c>json</c> writes them by default: ASCII only, everything else as <c>\uXXXX</c> per UTF-16 unit.</summary>
internal static class PythonJson
{
    public static string Text(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                '\f' => json.Append("\\f"),
                '\b' => json.Append("\\b"),
                >= ' ' and <= '~' => json.Append(c),
                _ => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }

        return json.Append('"').ToString();
    }
}
