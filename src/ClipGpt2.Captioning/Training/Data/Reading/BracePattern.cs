using System.Globalization;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Expands braces in a path as shells and WebDataset do: <c>{000..009}</c> and <c>{a,b}</c>.</summary>
internal static class BracePattern
{
    private const int MaxPaths = 1_000_000;

    /// <summary>The paths that a pattern stands for; a file of that very name stands for itself.</summary>
    /// <exception cref="CaptioningException">A brace isn't closed, holds neither a range nor a list, or stands for too many paths.</exception>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        List<string> paths = [""];
        var rest = File.Exists(pattern) ? -1 : 0;
        while (rest >= 0 && pattern.IndexOf('{', rest) is var open and >= 0)
        {
            var close = pattern.IndexOf('}', open);
            var choices = close > 0 ? Choices(pattern[(open + 1)..close]) : null;
            if (choices is null || (long)choices.Length * paths.Count > MaxPaths)
            {
                throw new CaptioningException($"'{pattern}': give a range as {{000..009}} or a list as {{a,b}} between braces, for {MaxPaths} paths at most.");
            }

            var literal = pattern[rest..open];
            paths = [.. paths.SelectMany(path => choices.Select(choice => path + literal + choice))];
            rest = close + 1;
        }

        return [.. paths.Select(path => path + pattern[Math.Max(rest, 0)..])];
    }

    /// <summary>Whether a path has braces.</summary>
    public static bool IsPattern(string path) => path.Contains('{', StringComparison.Ordinal);

    private static string[]? Choices(string content)
    {
        if (content.Contains(',', StringComparison.Ordinal))
        {
            return content.Split(',');
        }

        var bounds = content.Split("..");
        if (bounds.Length != 2 || !IsNumber(bounds[0], out var first) || !IsNumber(bounds[1], out var last) || last < first || last - first >= MaxPaths)
        {
            return null;
        }

        // Numbers are filled up with zeros to the bounds' length where a bound is.
        var width = bounds.Any(bound => bound.Length > 1 && bound[0] == '0') ? bounds.Max(bound => bound.Length) : 1;
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i).ToString($"D{width}", CultureInfo.InvariantCulture))];
    }

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
