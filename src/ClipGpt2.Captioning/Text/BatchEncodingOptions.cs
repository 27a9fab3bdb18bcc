namespace ClipGpt2.Captioning.Text;

/// <summary>How a batch of texts is padded and truncated.</summary>
public sealed class BatchEncodingOptions
{
    /// <summary>How long the rows are made.</summary>
    /// <value>Default: <see cref="PaddingMode.Longest"/>.</value>
    public PaddingMode Padding { get; set; }

    /// <summary>Where the padding stands.</summary>
    /// <value>Default: <see cref="PaddingSide.Right"/>.</value>
    internal PaddingSide PaddingSide { get; set; }

    /// <summary>What happens to rows longer than <see cref="MaxLength"/>.</summary>
    /// <value>Default: <see cref="TruncationMode.None"/>.</value>
    public TruncationMode Truncation { get; set; }

    /// <summary>The length in tokens, special ones included, that is padded and truncated to.</summary>
    /// <value>Default: null, the model's.</value>
    public int? MaxLength { get; set; }

    /// <summary>Whether the model's start, separator and end tokens are added.</summary>
    /// <value>Default: true.</value>
    public bool AddSpecialTokens { get; set; } = true;
}
