using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>Few, long iterations in this process: models of 500 MB are loaded once, and the work is milliseconds, not nanoseconds.</summary>
internal sealed class SuiteConfig : ManualConfig
{
    private const int WidestParameter = 60;

    public SuiteConfig()
    {
        SummaryStyle = SummaryStyle.Default.WithMaxParameterColumnWidth(WidestParameter);
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(10));
    }
}
