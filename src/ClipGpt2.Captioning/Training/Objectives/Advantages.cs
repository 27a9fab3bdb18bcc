namespace ClipGpt2.Captioning.Training.Objectives;

/// <summary>How much better each sampled caption is than a baseline: what self-critical training multiplies its loss with.</summary>
/// <remarks>Samples lie picture by picture. A baseline that doesn't look at the sample itself leaves the expected gradient as it is.</remarks>
internal static class Advantages
{
    /// <summary>Rewards less one baseline for each picture (Rennie et al., Self-critical Sequence Training for Image Captioning, CVPR 2017).</summary>
    /// <param name="rewards">[pictures x samples].</param>
    /// <param name="baselines">[pictures].</param>
    public static double[] Over(IReadOnlyList<double> rewards, IReadOnlyList<double> baselines)
    {
        var samples = rewards.Count / baselines.Count;
        return [.. rewards.Select((reward, i) => reward - baselines[i / samples])];
    }

    /// <summary>Rewards less the mean of the picture's other samples (Luo, A Better Variant of Self-Critical Sequence Training, 2020).</summary>
    /// <param name="rewards">[pictures x samples].</param>
    /// <param name="samples">The samples of a picture, at least 2.</param>
    public static double[] OverOthers(IReadOnlyList<double> rewards, int samples)
    {
        var sums = rewards.Chunk(samples).Select(picture => picture.Sum()).ToArray();
        return [.. rewards.Select((reward, i) => reward - ((sums[i / samples] - reward) / (samples - 1)))];
    }
}
