using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>The golden cases that run a model, on the device.</summary>
internal static class GoldenRun
{
    private const int ShownFailures = 20;

    /// <summary>Runs all of them, and tells what failed.</summary>
    public static bool Run(string folder, string device)
    {
        UseFiles(folder, device);
        var threads = torch.get_num_threads();

        // The models are tiny: a team of threads would wait for itself.
        TorchRuntime.Configure(threads: 1);
        var (passed, failed) = Count(device);
        TorchRuntime.Configure(threads);
        Console.Out.WriteLine($"golden cases on {device}: {passed} passed, {failed} failed");
        return failed == 0 && passed > 0;
    }

    /// <summary>Tells the suites where their files are, before their first use.</summary>
    /// <exception cref="CaptioningException">There is no such folder.</exception>
    public static void UseFiles(string folder, string device)
    {
        if (!Directory.Exists(folder))
        {
            throw new CaptioningException($"There is no folder of golden files '{folder}': benchmarks/cuda/publish puts it beside the program; or name one with --golden.");
        }

        Environment.SetEnvironmentVariable("CLIPGPT2_GOLDEN", folder);
        Environment.SetEnvironmentVariable("CLIPGPT2_GOLDEN_DEVICES", device);
    }

    private static (int Passed, int Failed) Count(string device)
    {
        var (passed, failed) = (0, 0);
        foreach (var suite in Suites())
        {
            foreach (var (file, name, on) in suite.List().Where(golden => golden.Device == device))
            {
                if (Fault(() => suite.Run(file, name, on)) is not { } fault)
                {
                    passed++;
                }
                else if (++failed <= ShownFailures)
                {
                    Console.Out.WriteLine($"{file}, {name}: {fault}");
                }
            }
        }

        return (passed, failed);
    }

    private static IEnumerable<GoldenSuite> Suites() => typeof(GoldenRun).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(GoldenSuite)) && !type.IsAbstract)
        .Select(type => (GoldenSuite)Activator.CreateInstance(type)!)
        .Where(suite => suite.UsesDevice)
        .OrderBy(suite => suite.Files[0], StringComparer.Ordinal);

    /// <summary>What went wrong in a case; of whatever kind it is, the other cases run.</summary>
    private static string? Fault(Action run)
    {
        try
        {
            run();
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }
}
