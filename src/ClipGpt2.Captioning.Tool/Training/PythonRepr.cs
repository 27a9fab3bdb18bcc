using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>Values as Python writes them: <c>repr</c>, and <c>f"{x:.4f}"</c>.</summary>
internal static class PythonRepr
{
    /// <summary>A value: null, a truth value, a number, a text, a list of such, or JSON of these.</summary>
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        string text => Text(text),
        double or float => Float(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        JsonElement json => Json(json),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Of))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>A model of pydantic: <c>model='tiny' image_size=[64, 64]</c>.</summary>
    public static string Model(IEnumerable<KeyValuePair<string, object?>> fields) => string.Join(' ', fields.Select(f => $"{f.Key}={Of(f.Value)}"));

    /// <summary>A tuple: <c>(64,)</c>, <c>(560, 64)</c>.</summary>
    public static string Tuple(IReadOnlyList<long> values) => values.Count == 1 ? $"({values[0]},)" : $"({string.Join(", ", values)})";

    /// <summary>Four decimals.</summary>
    public static string Fixed4(double value) => double.IsFinite(value) ? value.ToString("F4", CultureInfo.InvariantCulture) : Float(value);

    private static string Json(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => "None",
        JsonValueKind.True or JsonValueKind.False => Of(json.GetBoolean()),
        JsonValueKind.String => Of(json.GetString()),
        JsonValueKind.Number => json.TryGetInt64(out var integer) && !json.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? Of(integer) : Float(json.GetDouble()),
        JsonValueKind.Array => Of(json.EnumerateArray().Cast<object?>()),
        _ => json.GetRawText(),
    };

    private static string Text(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var repr = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            repr.Append(c switch
            {
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                _ when c == '\\' || c == quote => $@"\{c}",
                _ when c < ' ' || c == '\x7f' => $@"\x{(int)c:x2}",
                _ => c,
            });
        }

        return repr.Append(quote).ToString();
    }

    /// <summary>The fewest digits that mean the number, with an exponent below 1e-4 and from 1e16 on.</summary>
    private static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var plain = value.ToString("R", CultureInfo.InvariantCulture);
        if (value != 0 && Math.Abs(value) is < 1e-4 or >= 1e16)
        {
            var (digits, exponent) = Scientific(plain);
            return string.Create(CultureInfo.InvariantCulture, $"{digits}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (plain.Contains('E'))
        {
            plain = decimal.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        }

        return plain.Contains('.') ? plain : plain + ".0";
    }

    /// <summary>Digits with one before the point, and the exponent; .NET writes some large numbers out.</summary>
    private static (string Digits, int Exponent) Scientific(string plain)
    {
        if (plain.Split('E') is [var digits, var exponent])
        {
            return (digits, int.Parse(exponent, CultureInfo.InvariantCulture));
        }

        var first = plain[0] == '-' ? 2 : 1;
        return (plain.TrimEnd('0').Insert(first, ".").TrimEnd('.'), plain.Length - first);
    }
}
