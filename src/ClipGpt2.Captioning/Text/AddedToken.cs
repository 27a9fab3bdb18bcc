namespace ClipGpt2.Captioning.Text;

/// <summary>A token that is cut out of the text as a whole before anything else happens to it.</summary>
/// <param name="Content">The text that it stands for.</param>
internal sealed record AddedToken(string Content)
{
    /// <summary>Its id.</summary>
    /// <value>Default: that of the vocabulary, or the next free one.</value>
    public int? Id { get; init; }

    /// <summary>Whether decoding can skip it.</summary>
    /// <value>Default: true.</value>
    public bool IsSpecial { get; init; } = true;

    /// <summary>Whether it takes the white space on its left with it (<c>lstrip</c>).</summary>
    /// <value>Default: false.</value>
    public bool StripLeft { get; init; }

    /// <summary>Whether it takes the white space on its right with it (<c>rstrip</c>).</summary>
    /// <value>Default: false.</value>
    public bool StripRight { get; init; }

    /// <summary>Whether CLIP's tokenizer looks for it after normalising the text, so that capitals count too. The others look before.</summary>
    /// <value>Default: true.</value>
    public bool IsNormalized { get; init; } = true;
}
