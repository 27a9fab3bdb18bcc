using System.Text;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>Tokens of the byte alphabet as text.</summary>
internal static class ByteLevelText
{
    /// <summary>The text of tokens that follow each other; invalid UTF-8 becomes U+FFFD, one for each maximal invalid part, as in Python.</summary>
    public static string Of(IReadOnlyList<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(ByteAlphabet.BytesOf(token));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
