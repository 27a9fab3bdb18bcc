namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>How <see cref="MeteorMetric"/> computes.</summary>
public sealed class MeteorOptions
{
    /// <summary>Function words, synonyms and paraphrases.</summary>
    /// <value>Null: this library's own list of function words, and no synonyms and paraphrases.</value>
    public MeteorData? Data { get; set; }

    /// <summary>The matchers.</summary>
    /// <value>Null: all that the data allows. <see cref="MeteorMatchers.Exact"/> is always among them.</value>
    public MeteorMatchers? Matchers { get; set; }

    /// <summary>The weight of precision against recall, from 0 to 1.</summary>
    /// <value>0.85.</value>
    public double Alpha { get; set; } = 0.85;

    /// <summary>The exponent of fragmentation.</summary>
    /// <value>0.2.</value>
    public double Beta { get; set; } = 0.2;

    /// <summary>The largest penalty for fragmentation, from 0 to 1.</summary>
    /// <value>0.6.</value>
    public double Gamma { get; set; } = 0.6;

    /// <summary>The weight of content words against function words, from 0 to 1.</summary>
    /// <value>0.75.</value>
    public double Delta { get; set; } = 0.75;

    /// <summary>The weights of exact, stem, synonym and paraphrase matches in the score.</summary>
    /// <value>1, 0.6, 0.8, 0.6.</value>
    public IReadOnlyList<double> Weights { get; set; } = [1.0, 0.6, 0.8, 0.6];

    /// <summary>How many partial alignments the search keeps.</summary>
    /// <value>40.</value>
    public int BeamSize { get; set; } = 40;

    /// <summary>Whether captions go through METEOR's own normaliser (<c>-norm</c>).</summary>
    /// <value>True. False only lower-cases them (<c>-lower</c>).</value>
    public bool Normalize { get; set; } = true;

    /// <summary>Whether the normaliser leaves marks as words.</summary>
    /// <value>True. False is <c>-noPunct</c>.</value>
    public bool KeepPunctuation { get; set; } = true;

    /// <summary>Checks all values and names all that are wrong.</summary>
    internal void Validate()
    {
        var wrong = new List<string>();
        Check(Alpha is >= 0 and <= 1, $"Alpha is {Alpha}, not from 0 to 1");
        Check(Beta >= 0, $"Beta is {Beta}, not 0 or more");
        Check(Gamma is >= 0 and <= 1, $"Gamma is {Gamma}, not from 0 to 1");
        Check(Delta is >= 0 and <= 1, $"Delta is {Delta}, not from 0 to 1");
        Check(Weights.Count == MeteorStatistics.Matchers && Weights.All(w => w is >= 0 and <= 1), $"Weights are not {MeteorStatistics.Matchers} numbers from 0 to 1");
        Check(BeamSize is >= 1 and <= 10_000, $"BeamSize is {BeamSize}, not from 1 to 10000");
        var data = Data ?? MeteorData.BuiltIn;
        Check(((Matchers ?? MeteorMatchers.Exact) & ~data.Matchers) == 0, $"Matchers asks for {Matchers & ~data.Matchers}, which the data doesn't have; load METEOR's data");
        if (wrong.Count > 0)
        {
            throw new CaptioningException($"METEOR's options: {string.Join("; ", wrong)}.");
        }

        void Check(bool right, string message)
        {
            if (!right)
            {
                wrong.Add(message);
            }
        }
    }
}
