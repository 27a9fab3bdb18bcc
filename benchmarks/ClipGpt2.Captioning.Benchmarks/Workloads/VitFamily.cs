using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Runtime;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>ViT-B/16 over preprocessed pictures, all of whose states are wanted: one alone, and batches.</summary>
internal sealed class VitFamily(VisionModels models)
{
    private static readonly int[] BatchSizes = [1, 8, 32];

    public IEnumerable<Workload> Workloads() => BatchSizes.Select(Encode);

    public Workload Encode(int images)
    {
        var pixels = UniformRule.Values(images * TowerPeer.PixelsPerImage, seed: 7);
        var expected = new float[images * VitPeer.Positions * VitPeer.HiddenSize];
        return new Workload($"ViT-B/16, batch {images}", Unit.Rate("images", images), [.. FullSizeModels.Precisions.Select(Variant)])
        {
            Peer = new Peer([.. FullSizeModels.AllPeers.Select(PeerProgram)]),
            Begin = RequireAgreement,
        };

        Contender PeerProgram(PeerThreads threads) => new(PeerModel.Name(threads), () => models.OnnxVit(threads).Encode(pixels, expected));

        Variant Variant(Precision precision) => new(
            new Contender(precision.ToString(), () => Encode(precision)),
            ModelCosts.Roofline(precision, ModelCosts.EncodePatches(images, precision)),
            () => models.Megabytes(models.Tower(precision)));

        float[] Encode(Precision precision)
        {
            using var input = tensor(pixels, [images, 3, TowerPeer.ImageSize, TowerPeer.ImageSize]);
            using var states = models.Tower(precision).Encode(input);
            return states.data<float>().ToArray();
        }

        void RequireAgreement()
        {
            foreach (var threads in FullSizeModels.AllPeers)
            {
                models.OnnxVit(threads).Encode(pixels, expected);
                foreach (var precision in FullSizeModels.Precisions)
                {
                    Agreement.Require("The states", precision, expected, Encode(precision));
                }
            }
        }
    }
}
