namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The lines of one of METEOR's files.</summary>
/// <param name="Name">The file, for messages.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record MeteorLines(string Name, IReadOnlyList<string> Lines)
{
    /// <summary>Lines two by two, with the second one's number.</summary>
    public IEnumerable<(string First, string Second, int Line)> Pairs()
    {
        for (var i = 0; i + 1 < Lines.Count; i += 2)
        {
            yield return (Lines[i], Lines[i + 1], i + 2);
        }

        if (Lines.Count % 2 != 0)
        {
            throw new CaptioningException($"{Name}, line {Lines.Count}: the file ends after the first of two lines; it may be cut short.");
        }
    }
}
