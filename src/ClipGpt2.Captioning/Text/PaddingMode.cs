namespace ClipGpt2.Captioning.Text;

/// <summary>How long the rows of a batch are made.</summary>
public enum PaddingMode
{
    /// <summary>As long as the longest row.</summary>
    Longest,

    /// <summary>As long as <see cref="BatchEncodingOptions.MaxLength"/>.</summary>
    MaxLength,
}
