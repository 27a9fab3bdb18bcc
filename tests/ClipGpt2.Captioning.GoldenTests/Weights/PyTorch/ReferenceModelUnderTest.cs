using System.Text.Json;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>The reference program's model of the sizes that the folder names, with the weights of a state dict.</summary>
internal sealed class ReferenceModelUnderTest : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly Gpt2Model _model;
    private readonly LinearTanhProjector _projector;

    public ReferenceModelUnderTest(JsonElement root, ITensorSource source)
    {
        var sizes = root.GetProperty("model");
        var config = Gpt2Config.Read(ConfigSection.Load(GoldenRoot.Path(sizes.GetProperty("gpt2_config").GetString()!))) with { Compatibility = ModelCompatibility.Transformers4 };
        using var projector = new PartOfTensors(source, "projector.");
        using var loader = new WeightLoader(projector, new ComputeOptions());
        _projector = LinearTanhProjector.Create(
            new ProjectorConfig
            {
                Kind = LinearTanhProjector.Kind,
                PrefixLength = sizes.GetProperty("visual_tokens_length").GetInt32(),
                EmbeddingDimension = sizes.GetProperty("clip_emb_dim").GetInt32(),
                HiddenSize = config.HiddenSize,
            },
            loader);
        try
        {
            using var decoder = new PartOfTensors(source, "gpt.");
            _model = Gpt2Model.Create(config, decoder);
        }
        catch
        {
            _projector.Dispose();
            throw;
        }
    }

    public void CheckLogits(GoldenTensor expected, JsonElement root)
    {
        using var scope = torch.NewDisposeScope();
        var file = GoldenTensorFile.Open(root.GetProperty("tensors").GetString()!);
        var prefix = _projector.Project(file["input.clip_embed"].ToTorch());
        var logits = _model.Forward(new() { Embeddings = prefix, TokenIds = file["input.text_tokens"].ToTorch() }).Logits;
        TorchTensors.AssertNear(logits, expected, Tolerance);
    }

    public void Dispose()
    {
        _model.Dispose();
        _projector.Dispose();
    }
}
