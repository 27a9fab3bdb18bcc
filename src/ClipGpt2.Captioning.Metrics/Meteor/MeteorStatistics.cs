namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The counts from which METEOR is computed, of a pair of captions or summed: the 23 numbers of METEOR's own output.</summary>
internal sealed class MeteorStatistics
{
    /// <summary>Exact, stem, synonym, paraphrase: those that aren't used count nothing.</summary>
    public const int Matchers = 4;

    public long TestLength { get; set; }

    public long ReferenceLength { get; set; }

    public long TestFunctionWords { get; set; }

    public long ReferenceFunctionWords { get; set; }

    /// <summary>Matched words by matcher.</summary>
    public long[] TestContent { get; } = new long[Matchers];

    public long[] ReferenceContent { get; } = new long[Matchers];

    public long[] TestFunction { get; } = new long[Matchers];

    public long[] ReferenceFunction { get; } = new long[Matchers];

    public long Chunks { get; set; }

    public long TestMatches => TestContent.Sum() + TestFunction.Sum();

    public long ReferenceMatches => ReferenceContent.Sum() + ReferenceFunction.Sum();

    /// <summary>Whether all words of both captions match in one piece: then nothing is fragmented.</summary>
    private bool IsWhole => Chunks == 1 && TestMatches == TestLength && ReferenceMatches == ReferenceLength;

    /// <summary>Sums over segments. The one chunk of a segment that matches as a whole isn't counted.</summary>
    public static MeteorStatistics Sum(IEnumerable<MeteorStatistics> segments)
    {
        var sum = new MeteorStatistics();
        foreach (var segment in segments)
        {
            sum.TestLength += segment.TestLength;
            sum.ReferenceLength += segment.ReferenceLength;
            sum.TestFunctionWords += segment.TestFunctionWords;
            sum.ReferenceFunctionWords += segment.ReferenceFunctionWords;
            sum.Chunks += segment.IsWhole ? 0 : segment.Chunks;
            for (var m = 0; m < Matchers; m++)
            {
                sum.TestContent[m] += segment.TestContent[m];
                sum.ReferenceContent[m] += segment.ReferenceContent[m];
                sum.TestFunction[m] += segment.TestFunction[m];
                sum.ReferenceFunction[m] += segment.ReferenceFunction[m];
            }
        }

        return sum;
    }

    /// <summary>The score and what it is made of.</summary>
    public MeteorFigures Figures(MeteorOptions options)
    {
        var precision = Share(TestContent, TestFunction, TestLength, TestFunctionWords, options);
        var recall = Share(ReferenceContent, ReferenceFunction, ReferenceLength, ReferenceFunctionWords, options);
        var mean = 1 / (((1 - options.Alpha) / precision) + (options.Alpha / recall));
        var matches = (TestMatches + ReferenceMatches) / 2.0;
        var fragmentation = IsWhole ? 0 : Chunks / matches;
        return new MeteorFigures(precision, recall, mean, options.Gamma * Math.Pow(fragmentation, options.Beta));
    }

    /// <summary>The numbers in METEOR's order.</summary>
    public double[] ToArray()
    {
        var numbers = new List<double> { TestLength, ReferenceLength, TestFunctionWords, ReferenceFunctionWords };
        for (var m = 0; m < Matchers; m++)
        {
            numbers.AddRange([TestContent[m], ReferenceContent[m], TestFunction[m], ReferenceFunction[m]]);
        }

        numbers.AddRange([Chunks, TestMatches, ReferenceMatches]);
        return [.. numbers];
    }

    /// <summary>The matched share of a caption's words, weighted; of a caption without words it is no number.</summary>
    private static double Share(long[] content, long[] function, long length, long functionWords, MeteorOptions options)
    {
        var matched = 0.0;
        for (var m = 0; m < Matchers; m++)
        {
            matched += options.Weights[m] * ((options.Delta * content[m]) + ((1 - options.Delta) * function[m]));
        }

        var all = (options.Delta * (length - functionWords)) + ((1 - options.Delta) * functionWords);
        return matched / all;
    }
}
