using System.CommandLine;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 prepare-coco</c>: COCO's annotations as the list of pictures and captions that the reference program trains on.</summary>
internal static class PrepareCocoCommand
{
    private static readonly Argument<string> Annotations = new("ANNOTATIONS") { Description = "COCO's captions, as captions_train2014.json." };
    private static readonly Option<string> Images = new("--images") { HelpName = "FOLDER", Description = "The folder with the pictures, as it is to stand in the file.", Required = true };
    private static readonly Option<string> Output = new("--out") { HelpName = "FILE", Description = "The file to write: [{image, caption}].", Required = true };
    private static readonly Option<bool> Check = new("--check") { Description = "Look for the pictures and list those that aren't there." };

    public static Command Create()
    {
        var command = new Verb(
            "prepare-coco", "Write COCO's captions with their pictures' paths, ready for training.",
            "clipgpt2 prepare-coco annotations/captions_train2014.json --images train2014 --out data/coco_train.json --check")
        { Annotations, Images, Output, Check };
        command.SetAction((parsed, token) => Task.Run(() => Run(parsed, token), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken token)
    {
        var file = parsed.GetRequiredValue(Output);

        // What the reference program's script writes has all captions, the empty ones too.
        var options = new CaptionDatasetOptions { ImageFolder = parsed.GetRequiredValue(Images), EmptyCaptions = EmptyCaptionPolicy.Keep };
        var captions = CocoCaptionDataset.Read(parsed.GetRequiredValue(Annotations), options, token);
        ProcessedCaptionDataset.Write(captions, file, token);
        Messages.News($"{captions.Count} captions are in {Printable.Line(file)}.");
        Warn(captions);
        return parsed.GetValue(Check) ? ListMissing(captions, token) : ExitCode.Success;
    }

    private static void Warn(CocoCaptionDataset captions)
    {
        var empty = Enumerable.Range(0, captions.Count).Where(i => string.IsNullOrWhiteSpace(captions[i].Caption)).ToList();
        if (empty.Count > 0)
        {
            Messages.Error($"{empty.Count} captions are empty, the first is {captions[empty[0]].Location}; training refuses them unless it is told to skip them.");
        }
    }

    private static int ListMissing(CocoCaptionDataset captions, CancellationToken token)
    {
        var report = CaptionDatasetCheck.Run(captions, token: token);
        var missing = report.Problems.Where(problem => problem.Kind == CaptionDatasetProblemKind.MissingImage).ToList();
        foreach (var problem in missing)
        {
            Console.WriteLine(Printable.Line(problem.ImageId));
        }

        if (missing.Count == 0)
        {
            return ExitCode.Success;
        }

        Messages.Error($"{missing.Count} of {report.Images} pictures aren't there; {missing.Sum(problem => problem.Examples)} captions have none.");
        return ExitCode.Failed;
    }
}
