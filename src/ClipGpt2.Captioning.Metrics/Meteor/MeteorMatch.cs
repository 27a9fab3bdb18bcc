namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Words of the candidate ("test") and of the reference that a matcher finds alike.</summary>
internal readonly record struct MeteorMatch(int ReferenceStart, int ReferenceLength, int TestStart, int TestLength, int Matcher)
{
    public int TestEnd => TestStart + TestLength;

    public int ReferenceEnd => ReferenceStart + ReferenceLength;

    public int Distance => Math.Abs(TestStart - ReferenceStart);

    public int Gain => GainOf(Matcher, TestLength, ReferenceLength);

    /// <summary>What the search counts: the words of both sides, where those of other than exact matches count half and halves are dropped.</summary>
    public static int GainOf(int matcher, int testLength, int referenceLength) =>
        matcher == 0 ? testLength + referenceLength : (testLength / 2) + (referenceLength / 2);
}
