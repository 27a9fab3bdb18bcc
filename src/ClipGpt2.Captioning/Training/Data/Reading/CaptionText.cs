namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>The captions of a text file beside a picture: one a line.</summary>
internal static class CaptionText
{
    /// <summary>The lines with their numbers from 1, down to the last that isn't empty; an empty text is one empty caption.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="place">Its name, for messages.</param>
    /// <exception cref="CaptioningException">The bytes are no valid UTF-8.</exception>
    public static IReadOnlyList<(int Number, string Caption)> Lines(byte[] bytes, string place)
    {
        var captions = new List<(int, string)>();
        var last = 0;
        using var lines = new Utf8Lines(new MemoryStream(bytes), place);
        while (lines.Next())
        {
            captions.Add((lines.Number, StrictUtf8.Decode(lines.Line.Span, $"{place}, line {lines.Number}")));
            last = captions[^1].Item2.AsSpan().Trim().IsEmpty ? last : captions.Count;
        }

        return last == 0 ? [(1, "")] : captions[..last];
    }
}
