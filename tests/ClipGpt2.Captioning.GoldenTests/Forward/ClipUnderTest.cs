using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>The model of one case: both towers, or the image tower of a vision-only folder.</summary>
internal sealed class ClipUnderTest : IDisposable
{
    private readonly ClipModel? _full;
    private readonly ClipImageEncoder? _visionOnly;

    public ClipUnderTest(string folder, ComputeOptions compute, int? endId)
    {
        using var model = ModelFolder.Open(GoldenRoot.Path(folder));
        var vision = ClipConfig.Vision(model.Config);
        if (model.Config.Text("model_type") == ClipConfig.VisionModel)
        {
            _visionOnly = ClipImageEncoder.Load(model, compute);
            return;
        }

        var text = ClipConfig.Text(model.Config);
        _full = ClipModel.Load(vision, text with { EndId = endId ?? text.EndId }, model.Weights, compute);
    }

    public IClipTower Vision => _full?.Vision ?? _visionOnly!.Tower;

    public ClipTextTower Text => Full.Text;

    public ClipModel Full => _full ?? throw new XunitException("The case asks a vision-only model for texts.");

    public Dictionary<string, torch.Tensor> Parameters() =>
        (_full?.NamedParameters() ?? _visionOnly!.NamedParameters()).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    public void Dispose()
    {
        _full?.Dispose();
        _visionOnly?.Dispose();
    }
}
