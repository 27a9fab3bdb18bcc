using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>Keeps the scores of every step of searches without beams.</summary>
internal sealed class ScoreRecorder : IDecodingObserver
{
    public Dictionary<(int Image, int Step), float[]> Logits { get; } = [];

    public Dictionary<(int Image, int Step), float[]> Scores { get; } = [];

    public void OnScores(in StepScores scores)
    {
        var key = (scores.Image, scores.History.Length);
        Logits[key] = scores.Logits.ToArray();
        Scores[key] = scores.Scores.ToArray();
    }
}
