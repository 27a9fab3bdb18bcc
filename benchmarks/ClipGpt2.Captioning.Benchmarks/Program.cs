using BenchmarkDotNet.Running;
using ClipGpt2.Captioning.Benchmarks.Ratios;

// "ratios" is the quick mode; anything else is BenchmarkDotNet's command line ("--list flat" shows the suites).
if (args is ["ratios", ..])
{
    return RatiosCommand.Run(args.AsSpan(1));
}

if (args is [BusyLoop.Verb])
{
    BusyLoop.Run();
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(RatiosCommand).Assembly).Run(args);
return 0;
