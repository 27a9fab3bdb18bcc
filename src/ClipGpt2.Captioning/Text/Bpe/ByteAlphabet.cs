using System.Text;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>The 256 visible characters that stand for the bytes in vocabularies and merges.</summary>
/// <remarks>
/// Source: <c>bytes_to_unicode</c> of OpenAI's <c>encoder.py</c>: printable Latin-1 characters stand for themselves, the other bytes, in order, for
/// the characters from U+0100 on.
/// </remarks>
internal static class ByteAlphabet
{
    private const char FirstStandIn = '\u0100';

    private static readonly char[] Characters = MakeCharacters();
    private static readonly Dictionary<char, byte> Bytes = Characters.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => (byte)p.i);

    /// <summary>The character that stands for a byte.</summary>
    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>Whether a character stands for a byte.</summary>
    public static bool Contains(char character) => Bytes.ContainsKey(character);

    /// <summary>The bytes that a token stands for. A character that stands for none (in an added token) gives its UTF-8 form.</summary>
    public static byte[] BytesOf(string token)
    {
        var bytes = new List<byte>(token.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in token.EnumerateRunes())
        {
            if (rune.IsBmp && Bytes.TryGetValue((char)rune.Value, out var value))
            {
                bytes.Add(value);
            }
            else
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            }
        }

        return [.. bytes];
    }

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        var next = FirstStandIn;
        for (var value = 0; value < characters.Length; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= '\u00a1' and <= '\u00ac') or (>= '\u00ae' and <= '\u00ff');
            characters[value] = printable ? (char)value : next++;
        }

        return characters;
    }
}
