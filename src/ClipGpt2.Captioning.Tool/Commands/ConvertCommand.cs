using System.CommandLine;
using ClipGpt2.Captioning.Tool.Captions;
using ClipGpt2.Captioning.Tool.Converting;
using ClipGpt2.Captioning.Tool.Output;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 convert</c>: writes a model of any readable form as safetensors, in a folder of Hugging Face's form or alone.</summary>
internal static class ConvertCommand
{
    private static readonly Argument<string> Source = new("SOURCE") { Description = "A captioner's folder, a caption checkpoint (this library's, the reference program's, ClipCap's), a base model's folder or id, OpenAI's CLIP file, or any file of weights." };

    private static readonly Option<string> Out = new("--out")
    {
        HelpName = "FOLDER|FILE",
        Description = "A folder: of a captioner, or of a model in Hugging Face's form. Or a .safetensors file: of a checkpoint with what it says of itself, or of the weights alone.",
        Required = true,
    };

    private static readonly Option<string?> Tokenizer = new("--tokenizer") { HelpName = "FOLDER", Description = "The tokenizer files to put beside a base model's weights; OpenAI's CLIP files have none." };

    public static Command Create()
    {
        var command = new Verb(
            "convert", "Write a model of any readable form as safetensors: a captioner's folder, a model's folder in Hugging Face's form, or one file.",
            "clipgpt2 convert best_model.pkl --out models/scenes")
        {
            Source, Out, CaptionerSource.EncoderBase, CaptionerSource.DecoderBase, Tokenizer,
        };
        command.SetAction((parsed, token) => Task.Run(() => Run(parsed, token), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken token)
    {
        var conversion = new Conversion(parsed.GetRequiredValue(Source), parsed.GetRequiredValue(Out), CaptionerSource.Bases(parsed), parsed.GetValue(Tokenizer));
        Console.Out.WriteLine($"{Printable.Line(conversion.Target)}: {conversion.Run(token)}");
        return ExitCode.Success;
    }
}
