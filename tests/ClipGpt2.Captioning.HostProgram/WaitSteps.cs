using System.Runtime.InteropServices;
using System.Text.Json;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.HostProgram;

/// <summary>Does what a host may do before and after libtorch is loaded, in the order of the arguments, and prints what became of it.</summary>
internal static partial class WaitSteps
{
    public static void Run(string[] steps)
    {
        var failures = new List<string>();
        foreach (var step in steps)
        {
            try
            {
                Take(step.Split(':', 2));
            }
            catch (NativeBackendException e)
            {
                failures.Add(e.Message);
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            Policy = TorchRuntime.Waiting?.Policy.ToString(),
            Decision = TorchRuntime.Waiting?.Decision.ToString(),
            Setting = TorchRuntime.Waiting?.Setting,
            Text = TorchRuntime.Waiting?.ToString(),
            OmpWaitPolicy = Marshal.PtrToStringUTF8(GetVariable("OMP_WAIT_POLICY")),
            GompSpinCount = Marshal.PtrToStringUTF8(GetVariable("GOMP_SPINCOUNT")),
            Failures = failures,
        }));
    }

    private static void Take(string[] step)
    {
        switch (step)
        {
            case ["load"]:
                TorchRuntime.Load();
                break;
            case ["load", var policy]:
                TorchRuntime.Load(new TorchRuntimeOptions { WaitPolicy = Enum.Parse<WaitPolicy>(policy) });
                break;
            case ["load-from", var folder]:
                TorchRuntime.Load(new TorchRuntimeOptions { WaitPolicy = WaitPolicy.Passive, LibtorchFolder = folder });
                break;
            case ["load-library", var path]:
                NativeLibrary.Load(path);
                break;
            case ["set", var assignment] when assignment.Split('=') is [var name, var value]:
                Environment.SetEnvironmentVariable(name, value);
                break;
            case ["read-environment"]:
                // .NET takes its copy of C's environment now.
                _ = Environment.GetEnvironmentVariables();
                break;
            case ["compute"]:
                torch.randn(64, 64).sum().Dispose();
                break;
            default:
                throw new ArgumentException($"'{string.Join(':', step)}' is no step.");
        }
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
