using System.CommandLine;
using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Cuda;

// Whether a device computes as the reference programs do, and how fast: published by benchmarks/cuda/publish, and run beside a libtorch of the machine's own.
var libtorch = new Option<string>("--libtorch") { HelpName = "FOLDER", Description = "The lib folder of a libtorch.", Required = true };
var device = new Option<string>("--device") { HelpName = "cpu|cuda:N", Description = "The device.", DefaultValueFactory = _ => "cuda:0" };
var golden = new Option<string>("--golden") { HelpName = "FOLDER", Description = "The golden files.", DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "golden") };
var only = new Option<string?>("--only") { HelpName = "load|golden|speed", Description = "Loading alone, or loading and one of the halves." };
only.AcceptOnlyFromAmong("load", "golden", "speed");
var command = new RootCommand("Runs the golden tests of encoders, decoding and training on a device, then measures captions and training.") { libtorch, device, golden, only };
command.SetAction(parsed =>
{
    try
    {
        return DeviceCheck.Run(parsed.GetRequiredValue(libtorch), parsed.GetRequiredValue(device), parsed.GetRequiredValue(golden), parsed.GetValue(only)) ? 0 : 1;
    }
    catch (CaptioningException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
});
return command.Parse(args).Invoke();
