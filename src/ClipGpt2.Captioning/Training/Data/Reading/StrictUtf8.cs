using System.Text;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Text from bytes that must be valid UTF-8: a replaced letter would be trained on without a word.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="bytes">The text.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <exception cref="CaptioningException">The bytes are no valid UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string place)
    {
        try
        {
            return Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new CaptioningException($"{place}: is no valid UTF-8 (byte {e.BytesUnknown?[0]:X2} at offset {e.Index}); save the file as UTF-8.", e);
        }
    }

    /// <summary>How many bytes the mark takes that Windows tools put before a text.</summary>
    public static int MarkLength(ReadOnlySpan<byte> text) => text.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
}
