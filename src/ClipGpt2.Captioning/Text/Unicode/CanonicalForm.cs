using System.Text;

namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>Unicode normalisation to NFC and NFD.</summary>
/// <remarks>
/// <see cref="string.Normalize()"/> does nothing in a host that runs with invariant globalization, as many containers do, and ids must not depend on
/// the host. Source: UAX #15.
/// </remarks>
internal static class CanonicalForm
{
    /// <summary>Below are no combining marks, and no characters whose composed form is another.</summary>
    private const char FirstComposing = '\u0300';

    /// <summary>Below are no characters with a decomposition.</summary>
    private const char FirstDecomposing = '\u00c0';

    /// <summary>NFC.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstComposing - 1)))
        {
            return text;
        }

        var points = Decomposed(text);
        var data = CanonicalData.Instance;
        var composed = new List<int>(points.Count);
        var (starter, lastClass) = (-1, 0);
        foreach (var point in points)
        {
            var ownClass = data.ClassOf(point);
            var follows = starter == composed.Count - 1;
            if (starter >= 0 && (follows || (lastClass != 0 && lastClass < ownClass)) && data.Compose(composed[starter], point) is { } joined)
            {
                composed[starter] = joined;
                continue;
            }

            if (ownClass == 0)
            {
                starter = composed.Count;
            }

            lastClass = ownClass;
            composed.Add(point);
        }

        return ToText(composed);
    }

    /// <summary>NFD.</summary>
    public static string Decompose(string text) =>
        text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstDecomposing - 1)) ? ToText(Decomposed(text)) : text;

    /// <summary>The full decomposition, each run of marks in the order of their classes.</summary>
    private static List<int> Decomposed(string text)
    {
        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            CanonicalData.Instance.Decompose(rune.Value, points);
        }

        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && CanonicalData.Instance.ClassOf(points[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                // LINQ's sort is stable, as the order of marks of one class must be.
                var ordered = points[start..end].OrderBy(CanonicalData.Instance.ClassOf).ToArray();
                for (var i = 0; i < ordered.Length; i++)
                {
                    points[start + i] = ordered[i];
                }
            }

            start = end;
        }

        return points;
    }

    private static string ToText(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        Span<char> units = stackalloc char[2];
        foreach (var point in points)
        {
            text.Append(units[..new Rune(point).EncodeToUtf16(units)]);
        }

        return text.ToString();
    }
}
