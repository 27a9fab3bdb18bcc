namespace ClipGpt2.Captioning.Decoding;

/// <summary>How captions are searched. The defaults are the seed's inference.</summary>
public sealed class DecodingOptions
{
    /// <summary>The number of beams; 1 is greedy search (or sampling).</summary>
    /// <value>The default is 5.</value>
    public int Beams { get; set; } = 5;

    /// <summary>The most tokens to write, the end token included.</summary>
    /// <value>The default is 25.</value>
    public int? MaxNewTokens { get; set; } = 25;
}
