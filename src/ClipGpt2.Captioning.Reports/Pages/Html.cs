using System.Globalization;
using System.Net;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>Text and numbers for a page.</summary>
internal static class Html
{
    /// <summary>Anybody's text, harmless in elements and attributes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A figure for people, with four digits that count; a dash where there is none.</summary>
    public static string Figure(double? value) => value switch
    {
        null => "–",
        0 => "0",
        { } v when !double.IsFinite(v) => v.ToString(CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) is < 1e-3 or >= 1e6 => v.ToString("0.###e0", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>A time as 1 d 02:03:04.</summary>
    public static string Duration(TimeSpan time)
    {
        var clock = time.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture);
        return time.Days == 0 ? clock : string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {clock}");
    }

    /// <summary>A coordinate in a drawing.</summary>
    public static string Pixel(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
