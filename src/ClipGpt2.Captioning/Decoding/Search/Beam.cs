namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>A text that is being continued.</summary>
/// <param name="Score">The sum of its tokens' scores.</param>
/// <param name="Text">Its last token; null for none yet.</param>
/// <param name="Row">The image's row that continues it.</param>
internal readonly record struct Beam(float Score, TokenNode? Text, int Row)
{
    /// <summary>
    /// The reference's stand-in for minus infinity. All beams begin with the same text, so all but the first begin with this score: their
    /// candidates come only where the first has too few.
    /// </summary>
    public const float Never = -1e9f;

    /// <summary>The beams before the first step, which share the image's one row.</summary>
    public static Beam[] Initial(int count)
    {
        var beams = new Beam[count];
        Array.Fill(beams, new Beam(Never, null, 0), 1, count - 1);
        return beams;
    }
}
