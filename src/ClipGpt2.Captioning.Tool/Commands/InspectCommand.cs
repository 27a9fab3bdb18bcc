using System.CommandLine;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Tool.Captions;
using ClipGpt2.Captioning.Tool.Inspection;
using ClipGpt2.Captioning.Tool.Output;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 inspect</c>: what a model file holds, or what a model sees of a picture.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var files = PathArgument.Create("FILE", "A file of weights, the index of a sharded one, a captioner's folder, a model's, the id of a fetched model, or a pattern such as '*.safetensors'; with --preprocess, a picture.");
        var preprocess = new Option<string?>("--preprocess")
        {
            HelpName = "FOLDER|clip-vit-base-patch32",
            Description = "Look at pictures, through this model's or captioner's preprocessing: what Python would see, as SHA-256 of the pixels.",
        };
        var transform = new Option<PictureTransform?>("--transform")
        {
            HelpName = "hf|openai|squash:WxH",
            Description = "Whose order of steps: Hugging Face's, OpenAI's, or Hugging Face's after a squash to W x H. Without it Hugging Face's, or a captioner's own.",
            CustomParser = PictureTransform.Parse,
        };
        var json = new Option<bool>("--json") { Description = "Write one JSON object a line." };
        var command = new Verb(
            "inspect", "List a model file's tensors and metadata or a captioner's parts without loading them, or show what a model sees of a picture.",
            "clipgpt2 inspect photo.jpg --preprocess clip-vit-base-patch32 --json")
        { files, preprocess, transform, PictureReading.Orientation, json };
        command.Validators.Add(result =>
        {
            foreach (var option in new Option[] { transform, PictureReading.Orientation }.Where(option => result.GetResult(preprocess) is null && result.GetResult(option) is { Implicit: false }))
            {
                result.AddError($"{option.Name} is about pictures: give --preprocess too.");
            }
        });
        command.SetAction(parsed => Run(
            [.. parsed.GetRequiredValue(files).SelectMany(PathPattern.Expand)],
            parsed.GetValue(preprocess) is { } model ? PictureInspector.Create(model, parsed.GetValue(transform), PictureReading.Decoding(parsed)) : null,
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(string[] files, PictureInspector? pictures, bool json)
    {
        IInspectionOutput output = json ? new JsonInspection() : new TextInspection();
        var exitCode = ExitCode.Success;
        foreach (var file in files)
        {
            try
            {
                Inspect(file, pictures, output);
            }
            catch (CaptioningException e)
            {
                // The other files are still of interest.
                output.WriteError(file, e.Message);
                exitCode = ExitCode.Failed;
            }
        }

        return exitCode;
    }

    private static void Inspect(string file, PictureInspector? pictures, IInspectionOutput output)
    {
        if (pictures is not null)
        {
            output.Write(pictures.Look(file));
        }
        else if (CaptionerFolder.IsOne(file))
        {
            output.Write(CaptionerReport.Of(file));
        }
        else
        {
            output.Write(ModelReport.Of(file));
        }
    }
}
