using System.Numerics.Tensors;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The whole way from preprocessed pictures to token ids: encoder, the reference program's projector, beam search with 5 beams over 20 tokens.</summary>
internal sealed class CaptionFamily(FullSizeModels models)
{
    private const int NewTokens = 20;

    private static readonly int[] BatchSizes = [1, 8];

    // The end token is kept away, so that every caption costs the same.
    private static readonly DecodingOptions Options = new() { Beams = DecodingFamily.Beams, MinNewTokens = NewTokens, MaxNewTokens = NewTokens };

    public IEnumerable<Workload> Workloads() => BatchSizes.Select(Caption);

    public Workload Caption(int images)
    {
        var pixels = UniformRule.Values(images * ClipPeer.PixelsPerImage, seed: 7);
        return new Workload($"caption, 5 beams x 20 tokens, batch {images}", Unit.Rate("captions", images), [.. FullSizeModels.Precisions.Select(Variant)])
        {
            Peer = new Peer([.. FullSizeModels.AllPeers.Select(PeerProgram)], ReferenceSpeed.Caption(images)),
            Begin = RequireEqualIds,
        };

        Contender PeerProgram(PeerThreads threads)
        {
            var peer = new PeerCaptioner(models, threads);
            return new(PeerModel.Name(threads), () => peer.Caption(pixels, images, NewTokens));
        }

        Variant Variant(Precision precision) => new(
            new Contender(precision.ToString(), () => Ids(precision)),
            ModelCosts.Roofline(
                precision,
                ModelCosts.Encode(images, precision),
                ModelCosts.Prefill(images, DecodingFamily.PrefixLength, precision),
                ModelCosts.Step(images * DecodingFamily.Beams, precision, NewTokens - 1)),
            () => models.Megabytes(models.Encoder(precision)) + models.Megabytes(models.Decoder(precision)));

        IEnumerable<IReadOnlyList<int>> Ids(Precision precision)
        {
            using var input = tensor(pixels, [images, 3, ClipPeer.ImageSize, ClipPeer.ImageSize]);
            using var embeddings = models.Encoder(precision).Encode(input);
            using var prefix = models.Projector(precision).Project(embeddings);
            return models.Decoder(precision).Decode(prefix, Options).Select(sequences => sequences[0].TokenIds);
        }

        void RequireEqualIds()
        {
            var ids = Ids(Precision.Float32).ToList();
            foreach (var threads in FullSizeModels.AllPeers)
            {
                foreach (var (ours, theirs) in ids.Zip(new PeerCaptioner(models, threads).Caption(pixels, images, NewTokens)))
                {
                    Agreement.Require(ours.SequenceEqual(theirs), $"The ids are {string.Join(' ', ours)} and the peer's {string.Join(' ', theirs)}");
                }
            }
        }
    }

    /// <summary>The same way through the peer; the projector, a thousandth of the work, is a plain product.</summary>
    private sealed class PeerCaptioner(FullSizeModels models, PeerThreads threads)
    {
        private readonly (float[] Weight, float[] Bias) _projector = FullSizeModels.ProjectorWeights();

        public int[][] Caption(float[] pixels, int images, int newTokens)
        {
            var embeddings = new float[images * ClipPeer.EmbeddingDimension];
            models.OnnxClip(threads).Encode(pixels, embeddings);
            return new PeerBeamSearch(models.OnnxGpt2(threads), DecodingFamily.Beams).Search(Project(embeddings, images), images, newTokens);
        }

        private float[] Project(float[] embeddings, int images)
        {
            var (weight, bias) = _projector;
            var prefix = new float[images * bias.Length];
            for (var i = 0; i < prefix.Length; i++)
            {
                var (image, output) = (i / bias.Length, i % bias.Length);
                var row = weight.AsSpan(output * ClipPeer.EmbeddingDimension, ClipPeer.EmbeddingDimension);
                prefix[i] = TensorPrimitives.Dot(row, embeddings.AsSpan(image * ClipPeer.EmbeddingDimension, ClipPeer.EmbeddingDimension)) + bias[output];
            }

            TensorPrimitives.Tanh(prefix, prefix);
            return prefix;
        }
    }
}
