namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Words of the candidate ("test") and of the reference that a matcher finds alike.</summary>
internal readonly record struct MeteorMatch(int ReferenceStart, int ReferenceLength, int TestStart, int TestLength, int Matcher)
{
    public int TestEnd => TestStart + TestLength;

    public int ReferenceEnd => ReferenceStart + ReferenceLength;

    /// <summary>What the search counts: the words of both sides, where those of other than exact matches count half and halves are dropped.</summary>
    public int Gain => Matcher == 0 ? TestLength + ReferenceLength : (TestLength / 2) + (ReferenceLength / 2);

    public int Distance => Math.Abs(TestStart - ReferenceStart);
}
