using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Text;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>GPT-2's token ids of captions, on one core, beside Microsoft.ML.Tokenizers' byte-level tokenizer, which agrees with GPT-2's on plain texts.</summary>
internal sealed class TokenizingFamily
{
    private readonly string[] _captions = File.ReadAllLines(Path.Combine(BenchmarkFolders.Golden, "corpus.txt"));
    private readonly Gpt2Tokenizer _ours;
    private readonly CodeGenTokenizer _peer;

    public TokenizingFamily()
    {
        var folder = Path.Combine(BenchmarkFolders.Golden, "tokenizers", "gpt2");
        _ours = Gpt2Tokenizer.FromPretrained(folder);
        using var vocabulary = File.OpenRead(Path.Combine(folder, "vocab.json"));
        using var merges = File.OpenRead(Path.Combine(folder, "merges.txt"));
        _peer = CodeGenTokenizer.Create(vocabulary, merges);
    }

    public IEnumerable<Workload> Workloads() => [Tokenizing()];

    public Workload Tokenizing()
    {
        var tokens = _captions.Sum(caption => _ours.EncodeToIds(caption).Count);
        return new Workload("GPT-2 tokenizing, captions, 1 core", Unit.Rate("tokens", tokens), new Variant(new Contender("", () => Encode(_ours))))
        {
            Peer = new Peer(new Contender("CodeGenTokenizer", () => Encode(_peer))),
            Begin = RequireAgreement,
        };
    }

    private void Encode(Tokenizer tokenizer)
    {
        foreach (var caption in _captions)
        {
            tokenizer.EncodeToIds(caption);
        }
    }

    private void RequireAgreement()
    {
        var different = _captions.FirstOrDefault(caption => !_ours.EncodeToIds(caption).SequenceEqual(_peer.EncodeToIds(caption)));
        Agreement.Require(different is null, $"the ids of '{different}' differ");
    }
}
