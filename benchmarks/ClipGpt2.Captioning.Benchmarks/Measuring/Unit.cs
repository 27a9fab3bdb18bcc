namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>What a workload's figures mean: how the seconds of one run become a figure.</summary>
internal sealed record Unit(string Name, Func<double, double> FromSeconds)
{
    /// <summary>Things done in a second; more is better.</summary>
    /// <param name="things">Their name.</param>
    /// <param name="count">How many of them one run does.</param>
    public static Unit Rate(string things, double count) => new($"{things}/s", seconds => count / seconds);

    /// <summary>Milliseconds a thing; less is better.</summary>
    /// <param name="count">How many of them one run does.</param>
    public static Unit Milliseconds(double count = 1) => new("ms", seconds => 1000 * seconds / count);
}
