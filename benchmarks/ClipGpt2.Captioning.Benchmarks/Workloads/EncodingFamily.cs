using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>ViT-B/32 over preprocessed pictures: one alone, and batches.</summary>
internal sealed class EncodingFamily(FullSizeModels models)
{
    private static readonly int[] BatchSizes = [1, 8, 32];

    public IEnumerable<Workload> Workloads() => BatchSizes.Select(Encode);

    public Workload Encode(int images)
    {
        var pixels = UniformRule.Values(images * ClipPeer.PixelsPerImage, seed: 7);
        var expected = new float[images * ClipPeer.EmbeddingDimension];
        return new Workload($"ViT-B/32, batch {images}", Unit.Rate("images", images), [.. FullSizeModels.Precisions.Select(Variant)])
        {
            Peer = new Peer([.. FullSizeModels.AllPeers.Select(PeerProgram)], ReferenceSpeed.Encode(images)),
            Begin = RequireAgreement,
        };

        Contender PeerProgram(PeerThreads threads) => new(PeerModel.Name(threads), () => models.OnnxClip(threads).Encode(pixels, expected));

        Variant Variant(Precision precision) => new(
            new Contender(precision.ToString(), () => Embed(precision)),
            ModelCosts.Roofline(precision, ModelCosts.Encode(images, precision)),
            () => models.Megabytes(models.Encoder(precision)));

        float[] Embed(Precision precision)
        {
            using var input = tensor(pixels, [images, 3, ClipPeer.ImageSize, ClipPeer.ImageSize]);
            using var embeddings = models.Encoder(precision).Encode(input);
            return embeddings.data<float>().ToArray();
        }

        void RequireAgreement()
        {
            foreach (var threads in FullSizeModels.AllPeers)
            {
                models.OnnxClip(threads).Encode(pixels, expected);
                foreach (var precision in FullSizeModels.Precisions)
                {
                    Agreement.Require("The embeddings", precision, expected, Embed(precision));
                }
            }
        }
    }
}
