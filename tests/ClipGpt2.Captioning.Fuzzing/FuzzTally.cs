namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>What came of a reader's runs.</summary>
internal sealed record FuzzTally(string Reader)
{
    public int Runs { get; set; }

    /// <summary>How many files were read to the end.</summary>
    public int Loaded { get; set; }

    /// <summary>How many were refused with a <see cref="CaptioningException"/>.</summary>
    public int Refused { get; set; }

    public TimeSpan Slowest { get; set; }

    /// <summary>The most managed memory that one run allocated.</summary>
    public long MostBytes { get; set; }

    /// <summary>What must not happen, each with the case that repeats it.</summary>
    public List<string> Findings { get; } = [];
}
