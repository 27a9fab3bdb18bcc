namespace ClipGpt2.Captioning.Metrics.Comparison;

/// <summary>How intervals and significance are estimated by drawing images again and again.</summary>
public sealed class BootstrapOptions
{
    /// <summary>How many corpora are drawn.</summary>
    /// <value>1000.</value>
    public int Samples { get; set; } = 1000;

    /// <summary>The share of the drawn corpora that an interval covers, between 0 and 1.</summary>
    /// <value>0.95.</value>
    public double Level { get; set; } = 0.95;

    /// <summary>Where the drawing starts: the same seed gives the same figures.</summary>
    /// <value>0.</value>
    public int Seed { get; set; }

    internal void Validate()
    {
        var wrong = new List<string>();
        if (Samples is < 1 or > 1_000_000)
        {
            wrong.Add($"Samples is {Samples}, not from 1 to 1000000");
        }

        if (!(Level is > 0 and < 1))
        {
            wrong.Add($"Level is {Level}, not between 0 and 1");
        }

        if (wrong.Count > 0)
        {
            throw new CaptioningException($"The bootstrap's options: {string.Join("; ", wrong)}.");
        }
    }
}
