using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>GPT-2's decoding steps as beam search takes them: images with prefixes of 10 vectors, each continued in up to 5 rows, 10 tokens one after the other.</summary>
internal sealed class DecodingFamily(FullSizeModels models)
{
    public const int PrefixLength = 10;
    public const int Steps = 10;
    public const int Beams = 5;

    private static readonly int[] RowCounts = [1, 5, 40];

    public IEnumerable<Workload> Workloads() => RowCounts.Select(Step);

    public Workload Step(int rows)
    {
        var task = new Task(rows);
        var peers = FullSizeModels.AllPeers.Select(threads => new PeerSteps(models, task, threads)).ToList();
        return new Workload($"GPT-2 step, {rows} row{(rows == 1 ? "" : "s")}", Unit.Milliseconds(Steps), [.. FullSizeModels.Precisions.Select(Variant)])
        {
            Peer = new Peer([.. peers.Select(peer => new Contender(peer.Name, peer.Run, peer.Prepare, peer.Finish))], ReferenceSpeed.Step(rows, Steps)),
            Begin = () =>
            {
                foreach (var (precision, peer) in FullSizeModels.Precisions.SelectMany(_ => peers, (precision, peer) => (precision, peer)))
                {
                    RequireAgreement(precision, new OurSteps(models, precision, task), peer, rows);
                }
            },
        };

        Variant Variant(Precision precision)
        {
            var ours = new OurSteps(models, precision, task);
            return new Variant(
                new Contender(precision.ToString(), ours.Run, ours.Prepare, ours.Finish),
                ModelCosts.Roofline(precision, ModelCosts.Step(rows, precision, Steps)),
                () => models.Megabytes(models.Decoder(precision)));
        }
    }

    private static void RequireAgreement(Precision precision, OurSteps ours, PeerSteps peer, int rows)
    {
        ours.Prepare();
        ours.Run();
        peer.Prepare();
        peer.Run();
        for (var row = 0; row < rows; row++)
        {
            Agreement.Require($"GPT-2's logits after {Steps} steps", precision, peer.Logits(row), ours.Logits(row));
        }

        ours.Finish();
        peer.Finish();
    }

    /// <summary>What all sides are given: prefixes, and the tokens of each step.</summary>
    private sealed class Task(int rows)
    {
        public int Rows { get; } = rows;

        public int Images { get; } = (rows + Beams - 1) / Beams;

        public float[] Prefix => UniformRule.Values(Images * PrefixLength * Gpt2Peer.HiddenSize, seed: 31, scale: 0.05);

        /// <summary>The row of the prefixes that each row continues.</summary>
        public int[] FirstParents => [.. Enumerable.Range(0, Rows).Select(row => row / Beams)];

        public int[] Tokens(int step) => [.. Enumerable.Range(0, Rows).Select(row => 1000 + (row * Steps) + step)];
    }

    private sealed class OurSteps(FullSizeModels models, Precision precision, Task task)
    {
        private readonly int[] _parents = [.. Enumerable.Range(0, task.Rows)];
        private readonly int[][] _tokens = [.. Enumerable.Range(0, Steps).Select(task.Tokens)];
        private IDecodingSession? _session;

        public void Prepare()
        {
            using var prefix = tensor(task.Prefix, [task.Images, PrefixLength, Gpt2Peer.HiddenSize]);
            _session = models.Decoder(precision).Model.Start(prefix, attentionMask: null, promptIds: null, maxNewTokens: Steps + 1);
            _session.Advance(task.FirstParents, task.Tokens(Steps));
        }

        public void Run()
        {
            foreach (var tokens in _tokens)
            {
                _session!.Advance(_parents, tokens);
            }
        }

        public void Finish() => _session?.Dispose();

        public ReadOnlySpan<float> Logits(int row) => _session!.Logits(row);
    }

    private sealed class PeerSteps(FullSizeModels models, Task task, PeerThreads threads)
    {
        private readonly long[][] _tokens = [.. Enumerable.Range(0, Steps).Select(step => Longs(task.Tokens(step)))];
        private Gpt2PeerState? _state;

        public string Name => PeerModel.Name(threads);

        private Gpt2Peer Model => models.OnnxGpt2(threads);

        public void Prepare()
        {
            using var read = Model.Prefill(task.Prefix, task.Images);
            _state = Model.BeamStep(read, Longs(task.Tokens(Steps)), Longs(task.FirstParents));
        }

        public void Run()
        {
            foreach (var tokens in _tokens)
            {
                var next = Model.Step(_state!, tokens);
                _state!.Dispose();
                _state = next;
            }
        }

        public void Finish() => _state?.Dispose();

        public ReadOnlySpan<float> Logits(int row) => _state!.Logits.Slice(row * Gpt2Peer.Vocabulary, Gpt2Peer.Vocabulary);

        private static long[] Longs(int[] values) => Array.ConvertAll(values, value => (long)value);
    }
}
