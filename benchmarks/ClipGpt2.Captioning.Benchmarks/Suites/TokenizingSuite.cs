using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>GPT-2's token ids of all captions of the golden corpus, on one core.</summary>
public class TokenizingSuite : WorkloadSuite
{
    /// <summary>Microsoft.ML.Tokenizers' byte-level tokenizer.</summary>
    [Benchmark(Baseline = true)]
    public void CodeGenTokenizer() => Peer.Run();

    /// <summary>Ours.</summary>
    [Benchmark]
    public void Gpt2Tokenizer() => Ours(0).Run();

    private protected override Workload Create(FullSizeModels models) => new TokenizingFamily().Tokenizing();
}
