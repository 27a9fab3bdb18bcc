using System.Globalization;
using System.Text;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A text of protocol 0: Latin-1, with every other character as <c>\uXXXX</c> or <c>\UXXXXXXXX</c>.</summary>
internal static class EscapedText
{
    public static string Parse(PickleReader reader)
    {
        var line = Encoding.Latin1.GetString(reader.Line());
        if (!line.Contains('\\'))
        {
            return line;
        }

        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            var digits = line[i] == '\\' && i + 1 < line.Length ? Digits(line[i + 1]) : 0;
            if (digits == 0)
            {
                text.Append(line[i]);
                continue;
            }

            text.Append(Character(line, i + 2, digits, reader));
            i += 1 + digits;
        }

        return text.ToString();
    }

    private static int Digits(char escape) => escape switch { 'u' => 4, 'U' => 8, _ => 0 };

    private static string Character(string line, int begin, int digits, PickleReader reader)
    {
        if (begin + digits > line.Length || !int.TryParse(line.AsSpan(begin, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            throw reader.Damaged("has an escape that is no character");
        }

        return code is >= 0 and <= char.MaxValue ? $"{(char)code}"
            : Rune.IsValid(code) ? new Rune(code).ToString()
            : throw reader.Damaged("has an escape that is no character");
    }
}
