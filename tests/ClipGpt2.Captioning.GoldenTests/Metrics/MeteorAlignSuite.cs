using System.Globalization;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Meteor;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>Which words of two captions METEOR matches, and the figures that follow from that.</summary>
public sealed class MeteorAlignSuite : GoldenSuite
{
    private const double Tolerance = 1e-9;

    private const string Configurations = "metrics/meteor.json";

    private const string Kinds = "metrics/meteor_align2.json";

    private const string ByPlainParameters = "exact_stem_custom";

    public override IReadOnlyList<string> Files => ["metrics/meteor_align.json", Kinds];

    protected override IReadOnlyList<string> CaseMembers => ["name", "config", "candidate", "reference", "expected"];

    public override void Check(GoldenCase golden)
    {
        var config = golden.Json.GetProperty("config").GetString()!;
        var options = golden.Root.TryGetProperty("configs", out var configs) ? MeteorConfig.Read(configs, config) : OptionsOf(golden.File, config);
        var image = new CaptionedImage("1", golden.Json.GetProperty("candidate").GetString()!, [golden.Json.GetProperty("reference").GetString()!]);
        var captions = MeteorCaptions.Of(new CaptionCorpus([image], CaptionTokenization.Blanks).Tokens, options);
        var lexicon = new MeteorLexicon(captions.Words, MeteorConfig.Data, options.Matchers!.Value);
        CheckWords(golden.Expected["test"], golden.Expected["test_function"], captions.Candidates[0], lexicon);
        CheckWords(golden.Expected["ref"], golden.Expected["ref_function"], captions.References[0], lexicon);

        var scorer = new MeteorPairScorer(captions, lexicon, options.Matchers.Value, MeteorConfig.Data.Paraphrases, options);
        var statistics = scorer.Best(0);
        var matches = scorer.Aligner.Chosen.Select(m => new[] { m.ReferenceStart, m.ReferenceLength, m.TestStart, m.TestLength, m.Matcher });
        Assert.Equal(golden.Expected["matches"].Items().Select(m => m.Integers()), matches);
        Assert.Equal(golden.Expected["chunks"].Integer(), statistics.Chunks);
        Assert.Equal(golden.Expected["stats"].Text(), string.Join(' ', statistics.ToArray().Select(n => n.ToString("0.0", CultureInfo.InvariantCulture))));
        CheckFigures(golden.Expected, statistics.Figures(options));
    }

    /// <remarks>
    /// The file's configurations are those of <c>meteor.json</c>, but for one, whose case was computed by other parameters than are given there: its figures (mean 6/7
    /// of precision 1 and recall 3/4, penalty 1/6 of 1/3) are those of METEOR's plain ones, which the data state nowhere.
    /// </remarks>
    private static MeteorOptions OptionsOf(string file, string config)
    {
        var options = MeteorConfig.Read(Document(Configurations).GetProperty("configs"), config);
        if (file == Kinds && config == ByPlainParameters)
        {
            (options.Alpha, options.Beta, options.Gamma, options.Delta) = (0.5, 1, 0.5, 0.5);
        }

        return options;
    }

    private static void CheckWords(Tracked words, Tracked function, ReadOnlySpan<int> found, MeteorLexicon lexicon)
    {
        var numbers = found.ToArray();
        Assert.Equal(words.Texts(), numbers.Select(word => lexicon.Words[word].ToString()));
        Assert.Equal(function.Integers(), Enumerable.Range(0, numbers.Length).Where(i => lexicon.IsFunction(numbers[i])));
    }

    private static void CheckFigures(Tracked expected, MeteorFigures figures)
    {
        GoldenCorpora.Near(expected["precision"].Number(), figures.Precision, Tolerance);
        GoldenCorpora.Near(expected["recall"].Number(), figures.Recall, Tolerance);
        GoldenCorpora.Near(expected["f1"].Number(), figures.F1, Tolerance);
        GoldenCorpora.Near(expected["fmean"].Number(), figures.Mean, Tolerance);
        GoldenCorpora.Near(expected["frag_penalty"].Number(), figures.Penalty, Tolerance);
        GoldenCorpora.Near(expected["score"].Number(), figures.Score, Tolerance);
    }
}
