using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Evaluation;

/// <summary>BERTScore by RoBERTa and BERT: layers, idf, rescaling, several references.</summary>
public sealed partial class BertScoreSuite : GoldenSuite
{
    // The tolerance of the folder's README.
    private const double Tolerance = 1e-5;

    public override IReadOnlyList<string> Files => ["metrics/bertscore.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "options", "pairs", "expected"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        var options = golden.Part("options");
        using var folder = ModelFolder.Open(GoldenRoot.Path(options["model"].Text()));
        using var metric = BertScoreMetric.Load(folder, Options(golden, options), new ComputeOptions { Device = golden.Device });
        var corpus = Corpus(golden.Root.GetProperty("input").GetProperty(golden.Json.GetProperty("pairs").GetString()!));
        var token = TestContext.Current.CancellationToken;
        var layers = options.Find("all_layers")?.Flag() == true ? metric.EvaluateLayers(corpus, token) : [metric.Evaluate(corpus, token)];
        CheckScores(golden.Expected, layers);
        CheckSettings(golden.Expected["hash"].Text(), metric.Name);
        foreach (var warning in golden.Expected.Find("warnings")?.Items() ?? [])
        {
            Assert.True(layers[0].Details[EmptyKey(warning.Text())] > 0);
        }
    }

    private static BertScoreOptions Options(GoldenCase golden, Tracked options)
    {
        var result = new BertScoreOptions { BatchSize = 7 };
        foreach (var name in options.Names)
        {
            switch (name)
            {
                case "model" or "all_layers":
                    break;
                case var _ when options[name].IsNull:
                    break;
                case "num_layers":
                    result.Layer = (int)options[name].Integer();
                    break;
                case "idf":
                    result.Idf = options[name].Flag();
                    break;
                case "idf_sents":
                    result.IdfSentences = [.. golden.Root.GetProperty(options[name].Text()).EnumerateArray().Select(s => s.GetString()!)];
                    break;
                case "use_fast_tokenizer":
                    result.PrefixSpace = !options[name].Flag();
                    break;
                case "rescale_with_baseline" when options[name].Flag():
                    result.BaselinePath = GoldenRoot.Path(options["baseline_path"].Text());
                    break;
                case "rescale_with_baseline" or "baseline_path":
                    // Without rescaling the path is of no use.
                    options[name].Informational();
                    break;
                case "batch_size" or "nthreads" or "device" or "verbose":
                    // How it is computed.
                    options[name].Informational();
                    break;
                case "lang":
                    // Names the folder of the program's own baseline files, in place of which a path is given.
                    options[name].Informational();
                    break;
                default:
                    Assert.Fail($"Nothing is known of the option '{name}'.");
                    break;
            }
        }

        return result;
    }

    private static CaptionCorpus Corpus(JsonElement pairs)
    {
        var references = pairs.GetProperty("references").EnumerateArray().ToList();
        return new([.. pairs.GetProperty("candidates").EnumerateArray().Select((candidate, i) => new CaptionedImage(
            $"{i}",
            candidate.GetString()!,
            references[i].ValueKind == JsonValueKind.Array ? [.. references[i].EnumerateArray().Select(r => r.GetString()!)] : [references[i].GetString()!]))]);
    }

    private static void CheckScores(Tracked expected, IReadOnlyList<MetricResult> layers)
    {
        foreach (var (name, key) in new[] { ("P", "bertscore_p"), ("R", "bertscore_r"), ("F", "bertscore_f") })
        {
            var rows = expected[name].Items();
            if (rows[0].Kind == JsonValueKind.Array)
            {
                Assert.Equal(rows.Count, layers.Count);
                Assert.All(rows, (row, layer) => Near(row.Items(), layers[layer][key]));
            }
            else
            {
                Near(rows, Assert.Single(layers)[key]);
            }
        }
    }

    private static void Near(IReadOnlyList<Tracked> expected, MetricScore actual)
    {
        Assert.Equal(expected.Count, actual.PerImage.Count);
        Assert.All(expected, (value, i) =>
        {
            var number = value.Number();
            Assert.True(number.Equals(actual.PerImage[i]) || Math.Abs(number - actual.PerImage[i]) <= Tolerance, $"{value.Path}: {actual.PerImage[i]:R} is not {number:R}.");
        });
    }

    /// <summary>The metric's name says all that the reference program's hash says, but for the versions of Python packages.</summary>
    private static void CheckSettings(string hash, string name)
    {
        var match = Hash().Match(hash);
        Assert.True(match.Success, hash);
        var expected = $"BERTScore ({match.Groups["model"]}, layer {match.Groups["layer"]}{(match.Groups["idf"].Value == "idf" ? ", idf" : "")}" +
            $"{(match.Groups["rescaled"].Success ? ", rescaled" : "")}{(match.Groups["fast"].Success ? ", no prefix space" : "")})";
        Assert.Equal(expected, name);
    }

    private static string EmptyKey(string warning) => warning switch
    {
        "Warning: Empty candidate sentence detected; setting raw BERTscores to 0." => "empty_candidates",
        "Warning: Empty reference sentence detected; setting raw BERTScores to 0." => "empty_references",
        _ => throw new InvalidOperationException($"Nothing is known of '{warning}'."),
    };

    [GeneratedRegex(@"^(?:.*/)?(?<model>[^/]+)_L(?<layer>\d+)_(?<idf>no-idf|idf)_version=[^()]*\(hug_trans=[^()]*\)(?<rescaled>(-custom)?-rescaled)?(?<fast>_fast-tokenizer)?$")]
    private static partial Regex Hash();
}
