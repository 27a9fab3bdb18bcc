using System.Text;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>Text that may come from anybody's file, made safe for a terminal.</summary>
internal static class Printable
{
    /// <summary>The text on one line, without control characters, which could drive the terminal.</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var part in text.AsSpan().Trim().EnumerateLines())
        {
            line.Append(line.Length > 0 ? " " : "");
            foreach (var c in part.Trim())
            {
                line.Append(char.IsControl(c) ? '\uFFFD' : c);
            }
        }

        return line.ToString();
    }
}
