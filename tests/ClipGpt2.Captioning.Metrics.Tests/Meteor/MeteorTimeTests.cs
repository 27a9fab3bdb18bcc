using System.Diagnostics;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

/// <summary>Long texts take time by their length. The tests measure the process's time, so no other test may run beside them.</summary>
[CollectionDefinition(nameof(MeteorTimeTests), DisableParallelization = true)]
[Collection(nameof(MeteorTimeTests))]
public sealed class MeteorTimeTests : IDisposable
{
    private const double MostTimes = 2.3;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(0.5);

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("words")]
    [InlineData("sentences")]
    [InlineData("one word")]
    [InlineData("paraphrases")]
    public void Twice_the_words_take_about_twice_the_time(string kind)
    {
        using var data = SmallMeteorData.Load(_folder);
        var metric = new MeteorMetric(new MeteorOptions { Data = data });
        var (half, whole) = (Corpus(kind, 10_000), Corpus(kind, 20_000));
        var (timeOfHalf, timeOfWhole) = (TimeSpan.MaxValue, TimeSpan.MaxValue);

        // The fastest of some runs, in the processor's time: other work on the machine can only make one slower.
        for (var run = 0; run < 20 && !(timeOfHalf < LongestTime && timeOfWhole <= MostTimes * timeOfHalf); run++)
        {
            timeOfHalf = Shorter(timeOfHalf, Time(metric, half));
            timeOfWhole = Shorter(timeOfWhole, Time(metric, whole));
        }

        Assert.True(timeOfWhole <= MostTimes * timeOfHalf, $"{timeOfHalf} and {timeOfWhole}");
        Assert.True(timeOfHalf < LongestTime, $"{timeOfHalf}");
    }

    public void Dispose() => _folder.Dispose();

    private static TimeSpan Time(MeteorMetric metric, CaptionCorpus corpus)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        metric.Evaluate(corpus, TestContext.Current.CancellationToken);
        process.Refresh();
        return process.TotalProcessorTime - before;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static CaptionCorpus Corpus(string kind, int words)
    {
        var corpus = new CaptionCorpus([new CaptionedImage("1", LongText(kind, words, seed: 1), [LongText(kind, words, seed: 2) + " end"])], CaptionTokenization.Blanks);
        _ = corpus.Tokens;
        return corpus;
    }

    private static string LongText(string kind, int words, int seed)
    {
        var random = new Random(seed);
        string[] table = [.. SmallMeteorData.Table.Select(entry => entry.First), .. SmallMeteorData.Table.Select(entry => entry.Second)];
        return string.Join(' ', Enumerable.Range(0, words).Select(i => kind switch
        {
            // As in any language, a few words make up most of a text.
            "words" => "w" + (int)Math.Exp(random.NextDouble() * Math.Log(5000)),
            "sentences" => "a dog runs on the grass beside two cars".Split(' ')[i % 9],
            "one word" => "dog",
            "paraphrases" => table[random.Next(table.Length)],
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        }).Take(words));
    }
}
