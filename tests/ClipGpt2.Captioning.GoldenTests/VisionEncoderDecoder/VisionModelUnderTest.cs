using System.Collections.Concurrent;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

/// <summary>A <c>VisionEncoderDecoderModel</c> out of this library's parts: an image tower, a linear layer where the hidden sizes differ, GPT-2 with cross-attention.</summary>
internal sealed class VisionModelUnderTest
{
    private const string Projection = "enc_to_dec_proj.";

    private static readonly ConcurrentDictionary<(string Path, ComputeOptions Compute, ModelCompatibility Compatibility, bool Eager), Lazy<VisionModelUnderTest>> Models = new();

    private readonly string _path;
    private readonly ComputeOptions _compute;
    private readonly VitTower _tower;

    private VisionModelUnderTest(string path, ComputeOptions compute, ModelCompatibility compatibility, bool eager)
    {
        (_path, _compute) = (path, compute);
        using var folder = ModelFolder.Open(path);
        (PadToken, StartToken) = (folder.Config.Int("pad_token_id"), folder.Config.Int("decoder_start_token_id"));
        using var encoder = new RenamedTensors(folder.Weights, name => Without("encoder.", name));
        using var encoderWeights = new WeightLoader(encoder, compute, new VitNames(encoder));
        (_tower, _) = LayerLoader.Load(encoderWeights, layers => new VitTower(VitConfig.Read(folder.Config.Section("encoder")), layers));
        using var decoder = new RenamedTensors(folder.Weights, name => Without("decoder.", name));
        var config = Gpt2Config.Read(folder.Config.Section("decoder")) with { Compatibility = compatibility };
        Decoder = Gpt2Model.Create(eager ? config with { EagerAttention = true } : config, decoder, compute);
    }

    public Gpt2Model Decoder { get; }

    public int StartToken { get; }

    public int PadToken { get; }

    public static VisionModelUnderTest For(string path, ComputeOptions compute, ModelCompatibility compatibility, bool eager) =>
        Models.GetOrAdd((path, compute, compatibility, eager), key => new(() => new(key.Path, key.Compute, key.Compatibility, key.Eager))).Value;

    public EncoderOutput Encode(Tensor pixels) => _tower.Forward(pixels, hiddenStates: true);

    /// <summary>The encoder's states [B, T, E] as the decoder looks at them, [B, T, D].</summary>
    public Tensor Project(Tensor states)
    {
        using var folder = ModelFolder.Open(_path);
        using var layer = new RenamedTensors(folder.Weights, name => Without(Projection, name));
        if (layer.Tensors.Count == 0)
        {
            return states;
        }

        using var weights = new WeightLoader(layer, _compute);
        using var projector = LinearProjector.Create(
            new()
            {
                Kind = LinearProjector.Kind, EmbeddingDimension = (int)states.shape[2], FeatureLength = (int)states.shape[1], PrefixLength = (int)states.shape[1], HiddenSize = Decoder.HiddenSize,
            },
            weights);
        return projector.Project(states);
    }

    private static string? Without(string namePrefix, string name) => name.StartsWith(namePrefix, StringComparison.Ordinal) ? name[namePrefix.Length..] : null;
}
