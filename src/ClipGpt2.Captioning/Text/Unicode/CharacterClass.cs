namespace ClipGpt2.Captioning.Text.Unicode;

/// <summary>The four kinds of characters that the byte-level tokenizers' patterns tell apart.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Punctuation, symbols, marks, controls and all else: <c>[^\s\p{L}\p{N}]</c>.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>: digits, but also fractions, Roman and circled numbers.</summary>
    Number,

    /// <summary><c>\s</c>: Unicode's White_Space.</summary>
    Space,
}
