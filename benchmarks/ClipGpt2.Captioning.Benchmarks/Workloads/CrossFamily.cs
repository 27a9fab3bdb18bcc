using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Decoding steps of GPT-2 with cross-attention over ViT's 197 states, as beam search takes them: 10 tokens one after the other behind a start token.</summary>
internal sealed class CrossFamily(VisionModels models)
{
    public const int Steps = 10;

    private static readonly (int Images, int Beams)[] Sizes = [(1, 1), (2, 4), (8, 4)];

    public IEnumerable<Workload> Workloads() => Sizes.Select(size => Step(size.Images, size.Beams));

    public Workload Step(int images, int beams)
    {
        var task = new Task(images, beams);
        var peers = FullSizeModels.AllPeers.Select(threads => new PeerSteps(models, task, threads)).ToList();
        return new Workload($"GPT-2 step with cross-attention, {images} image{(images == 1 ? "" : "s")} x {beams}", Unit.Milliseconds(Steps), [.. FullSizeModels.Precisions.Select(Variant)])
        {
            Peer = new Peer([.. peers.Select(peer => new Contender(peer.Name, peer.Run, peer.Prepare, peer.Finish))]),
            Begin = () =>
            {
                foreach (var (precision, peer) in FullSizeModels.Precisions.SelectMany(_ => peers, (precision, peer) => (precision, peer)))
                {
                    RequireAgreement(precision, new OurSteps(models, precision, task), peer, task.Rows);
                }
            },
        };

        Variant Variant(Precision precision)
        {
            var ours = new OurSteps(models, precision, task);
            return new Variant(
                new Contender(precision.ToString(), ours.Run, ours.Prepare, ours.Finish),
                ModelCosts.Roofline(precision, ModelCosts.CrossStep(images, task.Rows, precision, Steps)),
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
            Agreement.Require($"The logits of GPT-2 with cross-attention after {Steps} steps", precision, peer.Logits(row), ours.Logits(row));
        }

        ours.Finish();
        peer.Finish();
    }

    /// <summary>What all sides are given: an encoder's states, and the tokens of each step.</summary>
    private sealed class Task(int images, int beams)
    {
        public int Images => images;

        public int Rows => images * beams;

        public float[] States { get; } = UniformRule.Values(images * VitPeer.Positions * VitPeer.HiddenSize, seed: 9);

        /// <summary>The image that each row continues.</summary>
        public int[] FirstParents => [.. Enumerable.Range(0, Rows).Select(row => row / beams)];

        public int[] Tokens(int step) => [.. Enumerable.Range(0, Rows).Select(row => 1000 + (row * Steps) + step)];
    }

    private sealed class OurSteps(VisionModels models, Precision precision, Task task)
    {
        private readonly int[] _parents = [.. Enumerable.Range(0, task.Rows)];
        private readonly int[][] _tokens = [.. Enumerable.Range(0, Steps).Select(task.Tokens)];
        private IDecodingSession? _session;

        public void Prepare()
        {
            using var states = tensor(task.States, [task.Images, VitPeer.Positions, VitPeer.HiddenSize]);
            _session = models.Decoder(precision).Start(states, attentionMask: null, promptIds: [Gpt2Peer.EndToken], maxNewTokens: Steps + 2);
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

    private sealed class PeerSteps(VisionModels models, Task task, PeerThreads threads)
    {
        private readonly long[][] _tokens = [.. Enumerable.Range(0, Steps).Select(step => Longs(task.Tokens(step)))];
        private Gpt2PeerState? _first;
        private Gpt2PeerState? _state;

        public string Name => PeerModel.Name(threads);

        private Gpt2CrossPeer Model => models.OnnxGpt2(threads);

        public void Prepare()
        {
            _first = Model.First(task.States, [.. Enumerable.Repeat((long)Gpt2Peer.EndToken, task.Images)]);
            _state = Model.BeamStep(_first, _first, Longs(task.Tokens(Steps)), Longs(task.FirstParents));
        }

        public void Run()
        {
            foreach (var tokens in _tokens)
            {
                var next = Model.Step(_first!, _state!, tokens);
                _state!.Dispose();
                _state = next;
            }
        }

        public void Finish()
        {
            _state?.Dispose();
            _first?.Dispose();
        }

        public ReadOnlySpan<float> Logits(int row) => _state!.Logits.Slice(row * Gpt2Peer.Vocabulary, Gpt2Peer.Vocabulary);

        private static long[] Longs(int[] values) => Array.ConvertAll(values, value => (long)value);
    }
}
