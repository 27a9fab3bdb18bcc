using System.CommandLine;
using System.Globalization;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Coco;
using ClipGpt2.Captioning.Metrics.Reports;
using ClipGpt2.Captioning.Tool.Evaluating;
using ClipGpt2.Captioning.Tool.Output;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 evaluate</c>: how good captions are beside those that people wrote.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> References = new("--references") { HelpName = "FILE", Description = "The reference captions, in COCO's form.", Required = true };
    private static readonly Option<string> Candidates = new("--candidates") { HelpName = "FILE", Description = "The captions to judge: [{image_id, caption}].", Required = true };
    private static readonly Option<string> Metrics = new("--metrics") { HelpName = "NAMES", Description = MetricChoice.Description, DefaultValueFactory = _ => MetricChoice.Standard };
    private static readonly Option<bool> Subset = CandidateFile.CreateSubsetOption();
    private static readonly Option<string?> Frequencies = DocumentFrequencies.CreateOption();
    private static readonly Option<string?> SaveFrequencies = new("--save-document-frequencies") { HelpName = "FILE", Description = "Write CIDEr's document frequencies of all references, for later runs." };
    private static readonly Option<string?> MeteorDataPath = new("--meteor-data") { HelpName = "PATH", Description = "METEOR's data (a folder or meteor-1.5.jar); without it METEOR matches words and stems." };
    private static readonly Option<string?> BertModel = new("--bertscore-model") { HelpName = "FOLDER|ID", Description = "BERTScore's model: RoBERTa or BERT." };
    private static readonly Option<int?> BertLayers = new("--bertscore-layers") { HelpName = "N", Description = "The layer of that model; by default the reference's choice for its shape." };
    private static readonly Option<string?> ClipModel = new("--clip-model") { HelpName = "FOLDER|ID", Description = "CLIPScore's model." };
    private static readonly Option<string?> PerImage = new("--per-image") { HelpName = "FILE", Description = "Write the figures of each image as CSV." };
    private static readonly Option<string?> Sheet = new("--score-sheet") { HelpName = "FILE", Description = "Write the captions as a CSV in which a person gives each 0, 1 or 2." };
    private static readonly Option<string?> Html = new("--html") { HelpName = "FILE", Description = "Write a page with the worst and the best images." };
    private static readonly Option<string?> Images = new("--images") { HelpName = "FOLDER", Description = "The folder with the pictures, for clipscore and --html." };
    private static readonly Option<bool> Json = new("--json") { Description = "Write JSON with confidence intervals instead of a table." };

    public static Command Create()
    {
        var command = new Verb(
            "evaluate", "Measure captions against reference captions.",
            "clipgpt2 evaluate --references captions_val.json --candidates results.json --metrics bleu,cider")
        {
            References, Candidates, Subset, Metrics, Frequencies, SaveFrequencies, MeteorDataPath, BertModel, BertLayers, ClipModel, ComputeChoice.Device, ComputeChoice.Libtorch, Images, PictureReading.Orientation,
            PerImage, Sheet, Html, Json,
        };
        command.SetAction((parsed, token) => Task.Run(() => Run(parsed, token), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken token)
    {
        ComputeChoice.Load(parsed);
        var references = CocoReferences.Read(parsed.GetRequiredValue(References));
        var corpus = CandidateFile.Read(parsed.GetRequiredValue(Candidates), references, parsed.GetValue(Subset));
        var images = parsed.GetValue(Images);
        var choice = new MetricChoice(parsed.GetRequiredValue(Metrics))
        {
            MeteorDataPath = parsed.GetValue(MeteorDataPath),
            DocumentFrequenciesPath = parsed.GetValue(Frequencies),
            BertModel = parsed.GetValue(BertModel),
            BertLayer = parsed.GetValue(BertLayers),
            ClipModel = parsed.GetValue(ClipModel),
            Picture = id => Picture(images, references, id),
            ImageDecoding = PictureReading.Decoding(parsed),
            Compute = ComputeChoice.Compute(parsed),
        };
        var result = choice.Create().Evaluate(corpus, token);
        if (parsed.GetValue(PerImage) is { } csv)
        {
            PerImageCsv.Write(result, csv);
        }

        if (parsed.GetValue(Sheet) is { } sheet)
        {
            var model = Path.GetFileNameWithoutExtension(parsed.GetRequiredValue(Candidates));
            new ScoreSheet([.. corpus.Images.Select(image => new ScoreSheetRow(image.Id, model, image.Candidate))]).Write(sheet);
        }

        if (parsed.GetValue(Html) is { } page)
        {
            HtmlReport.Write(result, page, new HtmlReportOptions { Picture = id => Picture(images, references, id) is { } picture ? PageAddress.Of(picture, page) : null });
        }

        if (parsed.GetValue(SaveFrequencies) is { } frequencies)
        {
            DocumentFrequencies.Save(references, frequencies);
        }

        var note = result.Scores.Any(score => score.Key == "cider") && parsed.GetValue(Frequencies) is null
            ? DocumentFrequencies.Note(corpus.Images.Count, references.ImageIds.Count)
            : null;
        if (parsed.GetValue(Json))
        {
            using var output = Console.OpenStandardOutput();
            EvaluationJson.Write(result, output, new());
            if (note is not null)
            {
                Messages.Hint(note);
            }
        }
        else
        {
            Write(result, note);
        }

        return ExitCode.Success;
    }

    private static string? Picture(string? folder, CocoReferences references, string id) =>
        folder is not null && references.FileNames.TryGetValue(id, out var name) ? Path.Combine(folder, name) : null;

    private static void Write(EvaluationResult result, string? note)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("metric", "score").AddColumn("95 % confidence");
        foreach (var score in result.Scores)
        {
            var interval = result.Interval(score.Key);
            table.AddRow(score.Key, score.Corpus.ToString("F4", CultureInfo.InvariantCulture), interval.ToString());
        }

        var console = Terminal.Open();
        console.Write(table);
        console.WriteLine($"{result.Corpus.Images.Count} images; {string.Join(", ", result.Metrics.Select(m => m.Name))}");
        if (note is not null)
        {
            console.WriteLine(note);
        }
    }
}
