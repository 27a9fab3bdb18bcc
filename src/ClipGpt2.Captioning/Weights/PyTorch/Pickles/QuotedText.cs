using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A text of Python 2 as it stands in source code: quoted, with escapes.</summary>
internal static class QuotedText
{
    public static string Parse(PickleReader reader)
    {
        var line = Encoding.Latin1.GetString(reader.Line()).Trim();
        if (line.Length < 2 || line[0] is not ('\'' or '"') || line[^1] != line[0])
        {
            throw reader.Damaged("needs a text in quotes");
        }

        var text = new StringBuilder(line.Length);
        for (var i = 1; i < line.Length - 1; i++)
        {
            text.Append(line[i] == '\\' ? Escape(line, ref i, reader) : line[i]);
        }

        return text.ToString();
    }

    private static char Escape(string line, ref int i, PickleReader reader)
    {
        i++;
        switch (line[i])
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'x' when i + 2 < line.Length && byte.TryParse(line.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                i += 2;
                return (char)code;
            case '\\' or '\'' or '"' when i < line.Length - 1:
                return line[i];
            default:
                throw reader.Damaged($"has the unknown escape '\\{PickleNames.Shown($"{line[i]}")}'");
        }
    }
}
