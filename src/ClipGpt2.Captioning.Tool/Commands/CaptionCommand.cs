using System.CommandLine;
using System.Globalization;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tool.Captions;
using ClipGpt2.Captioning.Tool.Fetching;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 caption</c>: writes captions.</summary>
internal static class CaptionCommand
{
    public static Command Create()
    {
        var images = PathArgument.Create(
            "IMAGE|FOLDER|PATTERN|-", "Pictures, folders of pictures, patterns such as '*.jpg', and - for a list on standard input, a path a line.", PicturePaths.StandardInput);
        var recursive = new Option<bool>("--recursive") { Description = "Look into the folders of folders too." };
        var model = new Option<string>("--model") { Required = true, HelpName = CaptionerSource.HelpName, Description = CaptionerSource.Description };
        var beams = Positive("--beams", "How many beams to search with; 1 is greedy search. Without it the model's folder is asked, else 5.");
        var tokens = Positive("--max-new-tokens", "The most tokens of a caption, the end token included. Without it the model's folder is asked, else 25.");
        var strategy = new Option<DecodingStrategy?>("--strategy") { Description = "Whose search is followed: standard (Hugging Face's), clipcapgreedy or clipcapbeam; ClipCap's own for its checkpoints unless given." };
        var prompt = new Option<string?>("--prompt") { HelpName = "TEXT", Description = "A text that every caption continues, and that isn't repeated in what is written. It ends without a space: the words of GPT-2 begin with theirs." };
        var precision = new Option<Precision?>("--precision") { Description = "The number format: float32 (exact), bfloat16, int8weights, float16 (on GPUs) or auto." };
        var json = new Option<bool>("--json") { Description = "Write one JSON object a line and nothing else." };
        var command = new Verb(
            "caption", "Write captions of pictures.",
            "clipgpt2 caption photo.jpg pictures/ --recursive --model models/scenes")
        { images, recursive, model, CaptionerSource.EncoderBase, CaptionerSource.DecoderBase, beams, tokens, strategy, prompt, PictureReading.Orientation, precision, ComputeChoice.Device, ComputeChoice.Libtorch, json };
        command.SetAction((parsed, token) =>
        {
            ComputeChoice.Load(parsed);
            var options = new CaptionerOptions { ModelSearch = LocalModels.Search() };
            options.Decoding.Strategy = parsed.GetValue(strategy);
            options.Decoding.Beams = parsed.GetValue(beams);
            options.Decoding.MaxNewTokens = parsed.GetValue(tokens);
            options.ImageDecoding = PictureReading.Decoding(parsed);
            options.Precision = parsed.GetValue(precision) ?? options.Precision;
            options.Device = parsed.GetValue(ComputeChoice.Device) ?? options.Device;
            return RunAsync(
                () => new PicturePaths(parsed.GetValue(recursive)).ExpandAsync(parsed.GetRequiredValue(images), token),
                () => CaptionerSource.Load(parsed.GetRequiredValue(model), options, CaptionerSource.Bases(parsed)),
                new CaptionOptions { Prompt = parsed.GetValue(prompt) },
                CaptionOutput.Create(parsed.GetValue(json)),
                token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Func<Task<string[]>> find, Func<Captioner> load, CaptionOptions options, CaptionOutput output, CancellationToken token)
    {
        var files = await find();
        using var captioner = load();
        output.Begin(captioner, options);
        var complete = await output.WriteAsync(captioner.CaptionAsync(files.Select(ImageSource.FromFile), options, token), files.Length);
        return complete ? ExitCode.Success : ExitCode.Failed;
    }

    private static Option<int?> Positive(string name, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = argument =>
        {
            if (int.TryParse(argument.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                return number;
            }

            argument.AddError($"{name} is '{argument.Tokens[0].Value}'; it must be an integer from 1 on.");
            return null;
        },
    };
}
