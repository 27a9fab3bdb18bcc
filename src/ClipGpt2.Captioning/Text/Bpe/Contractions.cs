namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>The English endings that GPT-2 and CLIP cut off: <c>'s 't 're 've 'm 'll 'd</c>.</summary>
internal static class Contractions
{
    /// <summary>The length of the ending that a text begins with, lower case only, or 0.</summary>
    public static int LengthAt(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'')
        {
            return 0;
        }

        return text[1] switch
        {
            's' or 't' or 'm' or 'd' => 2,
            'r' or 'v' when text.Length > 2 && text[2] == 'e' => 3,
            'l' when text.Length > 2 && text[2] == 'l' => 3,
            _ => 0,
        };
    }
}
