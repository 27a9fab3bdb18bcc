namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>A term of the candidate that a matcher finds alike to words of the reference: as many matches as the term has slots.</summary>
internal readonly record struct TermMatch(int Term, int ReferenceLength, int Matcher);

/// <summary>Term matches of one place in the reference whose slots are tried together, by their place in the candidate.</summary>
/// <param name="Start">The first of them in <see cref="MeteorMatchFinder.All"/>; at one place of the candidate, an earlier one is tried first.</param>
/// <param name="End">Their end.</param>
/// <param name="Gain">The most that one of their matches adds to a path's words.</param>
/// <param name="LaterGain">The most that a match of a later run of the same place adds, or -1 if there is none.</param>
internal readonly record struct MatchRun(int Start, int End, int Gain, int LaterGain)
{
    public const int None = -1;
}
