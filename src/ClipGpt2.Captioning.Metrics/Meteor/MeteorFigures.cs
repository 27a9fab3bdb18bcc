namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>METEOR's score and what it is made of.</summary>
/// <param name="Precision">The matched share of the candidate.</param>
/// <param name="Recall">The matched share of the reference.</param>
/// <param name="Mean">Their weighted harmonic mean.</param>
/// <param name="Penalty">The penalty for fragmentation.</param>
internal readonly record struct MeteorFigures(double Precision, double Recall, double Mean, double Penalty)
{
    public double F1 => 2 * Precision * Recall / (Precision + Recall);

    /// <summary>Always a number: 0 where nothing matches, though parts of it are 0 / 0 then, as in METEOR's own output.</summary>
    public double Score => Mean * (1 - Penalty) is var score && double.IsNaN(score) ? 0 : score;
}
