using System.CommandLine;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tool.Captions;
using ClipGpt2.Captioning.Tool.Diagnosis;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Tool.Output;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 doctor</c>: what this machine computes with, whether it computes right, and what has to be mended.</summary>
internal static class DoctorCommand
{
    private static readonly Option<string?> Model = new("--model") { HelpName = "FOLDER|FILE", Description = "Load this captioner too, and caption a made picture." };
    private static readonly Option<Precision?> Format = new("--precision") { Description = "The number format to load it in." };
    private static readonly Option<KernelPath> Kernels = new("--kernels") { HelpName = "auto|packed|plain|managed", Description = "Try one way of computing products alone, as TorchRuntimeOptions.Kernels would force it." };
    private static readonly Option<bool> Json = new("--json") { Description = "Write one JSON object on one line and nothing else." };

    public static Command Create()
    {
        var command = new Verb(
            "doctor", "Show what this machine computes with, prove that it computes right, and say what has to be mended.",
            "clipgpt2 doctor --model models/scenes")
        {
            Model, CaptionerSource.EncoderBase, CaptionerSource.DecoderBase, Format, ComputeChoice.Device, ComputeChoice.Libtorch, Kernels, Json,
        };
        command.SetAction((parsed, token) => Task.Run(() => Run(parsed, token), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken token)
    {
        (string, Func<Captioner>)? model = parsed.GetValue(Model) is { } name ? (name, () => Load(parsed, name)) : null;
        var report = DoctorReport.Create(ComputeChoice.Runtime(parsed) with { Kernels = parsed.GetValue(Kernels) }, ComputeChoice.Compute(parsed), model, token);
        if (parsed.GetValue(Json))
        {
            JsonLines.Write(report);
        }
        else
        {
            DoctorText.Write(report, Terminal.Open());
        }

        return report.Ready ? ExitCode.Success : ExitCode.Failed;
    }

    private static Captioner Load(ParseResult parsed, string model)
    {
        var options = new CaptionerOptions { ModelSearch = LocalModels.Search() };
        options.Precision = parsed.GetValue(Format) ?? options.Precision;
        options.Device = parsed.GetValue(ComputeChoice.Device) ?? options.Device;
        return CaptionerSource.Load(model, options, CaptionerSource.Bases(parsed));
    }
}
