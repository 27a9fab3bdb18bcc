namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>How diverse and constrained search sort candidates into finished texts and beams (<c>BeamSearchScorer.process</c>).</summary>
internal static class BeamContinuations
{
    /// <summary>Replaces each beam by the best candidates that don't end; the row stays the parent's until it is continued.</summary>
    /// <param name="candidates">Best first.</param>
    /// <param name="beams">The beams before, then those after.</param>
    /// <param name="rows">The image's rows.</param>
    /// <param name="stop">Knows the end tokens.</param>
    /// <param name="finish">Takes texts that end, with the sum of their scores; only candidates among the first as many as beams may.</param>
    public static void Choose(BeamCandidates candidates, Beam[] beams, SessionRows rows, StopCriteria stop, Action<TokenNode, float> finish)
    {
        var before = beams.ToArray();
        var filled = 0;
        for (var rank = 0; rank < candidates.Items.Length && filled < beams.Length; rank++)
        {
            var candidate = candidates.Items[rank];
            if (!stop.IsEnd(candidate.Token))
            {
                beams[filled++] = new Beam(candidate.Score, candidates.Extend(candidate, before, rows), before[candidate.Beam].Row);
            }
            else if (rank < beams.Length)
            {
                finish(candidates.Extend(candidate, before, rows), candidate.Score);
            }
        }

        if (filled < beams.Length)
        {
            throw new CaptioningException($"Only {filled} of {beams.Length} beams have a token that doesn't end the text; use fewer beams or fewer end tokens.");
        }
    }
}
