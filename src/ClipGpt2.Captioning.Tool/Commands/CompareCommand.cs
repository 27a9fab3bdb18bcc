using System.CommandLine;
using System.Globalization;
using ClipGpt2.Captioning.Metrics.Coco;
using ClipGpt2.Captioning.Metrics.Comparison;
using ClipGpt2.Captioning.Tool.Evaluating;
using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 compare</c>: whether one file of captions is better than another, or only luckier.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string> First = new("FIRST") { Description = "Captions: [{image_id, caption}]." };
    private static readonly Argument<string> Second = new("SECOND") { Description = "Other captions of the same images." };
    private static readonly Option<string> References = new("--references") { HelpName = "FILE", Description = "The reference captions, in COCO's form.", Required = true };
    private static readonly Option<string> Metrics = new("--metrics") { HelpName = "NAMES", Description = MetricChoice.WithoutPictures, DefaultValueFactory = _ => MetricChoice.Standard };
    private static readonly Option<bool> Subset = CandidateFile.CreateSubsetOption();
    private static readonly Option<string?> Frequencies = DocumentFrequencies.CreateOption();
    private static readonly Option<string?> MeteorDataPath = new("--meteor-data") { HelpName = "PATH", Description = "METEOR's data (a folder or meteor-1.5.jar)." };
    private static readonly Option<string?> BertModel = new("--bertscore-model") { HelpName = "FOLDER|ID", Description = "BERTScore's model: RoBERTa or BERT." };
    private static readonly Option<int?> BertLayers = new("--bertscore-layers") { HelpName = "N", Description = "The layer of that model; by default the reference's choice for its shape." };
    private static readonly Option<bool> Json = new("--json") { Description = "Write one JSON object a line instead of a table." };

    public static Command Create()
    {
        var command = new Verb(
            "compare", "Test whether one file of captions is better than another.",
            "clipgpt2 compare first.json second.json --references captions_val.json")
        {
            First, Second, References, Subset, Metrics, Frequencies, MeteorDataPath, BertModel, BertLayers, ComputeChoice.Device, ComputeChoice.Libtorch, Json,
        };
        command.SetAction((parsed, token) => Task.Run(() => Run(parsed, token), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken token)
    {
        ComputeChoice.Load(parsed);
        var references = CocoReferences.Read(parsed.GetRequiredValue(References));
        var evaluator = new MetricChoice(parsed.GetRequiredValue(Metrics))
        {
            MeteorDataPath = parsed.GetValue(MeteorDataPath),
            DocumentFrequenciesPath = parsed.GetValue(Frequencies),
            BertModel = parsed.GetValue(BertModel),
            BertLayer = parsed.GetValue(BertLayers),
            Compute = ComputeChoice.Compute(parsed),
        }.Create();
        var first = evaluator.Evaluate(CandidateFile.Read(parsed.GetRequiredValue(First), references, parsed.GetValue(Subset)), token);
        var second = evaluator.Evaluate(CandidateFile.Read(parsed.GetRequiredValue(Second), references, parsed.GetValue(Subset)), token);
        var scores = CaptionComparison.Compare(first, second);
        if (parsed.GetValue(Json))
        {
            foreach (var score in scores)
            {
                JsonLines.Write(new { metric = score.Key, first = score.First, second = score.Second, difference_low = score.Difference.Low, difference_high = score.Difference.High, p_value = score.PValue });
            }

            return ExitCode.Success;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("metric", "first", "second", "95 % of the difference", "p");
        foreach (var score in scores)
        {
            table.AddRow(score.Key, Figure(score.First), Figure(score.Second), score.Difference.ToString(), Figure(score.PValue));
        }

        Terminal.Open().Write(table);
        return ExitCode.Success;
    }

    private static string Figure(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
