namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>How the characters of a token are written out.</summary>
internal enum PtbForm : byte
{
    /// <summary>Lower-cased; brackets and entities replaced one by one.</summary>
    Plain,

    /// <summary>Like the plain form, with a straight apostrophe.</summary>
    Contraction,

    /// <summary>A straight or decoded double quote that opens.</summary>
    OpeningDoubleQuote,
    ClosingDoubleQuote,
    OpeningSingleQuote,

    /// <summary>Typographic quotes, each replaced by its straight form.</summary>
    Quotes,
    Dash,
    Ellipsis,
}

/// <summary>A stretch of the text and how it is written.</summary>
internal readonly record struct PtbToken(int Start, int Length, PtbForm Form = PtbForm.Plain)
{
    public int End => Start + Length;
}
