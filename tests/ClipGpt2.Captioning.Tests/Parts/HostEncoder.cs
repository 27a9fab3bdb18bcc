using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>A host's encoder upon a file of weights: one linear layer over a picture's mean colours in 4 x 4 fields.</summary>
internal sealed class HostEncoder : IImageEncoder, ITrainable, ISavablePart, IIdentifiedModel
{
    public const string Name = "host-fields";

    private const int Fields = 4;
    private const string Weight = "weight";

    private readonly Tensor _weight; // [D, 48]
    private readonly PartOrigin? _origin;
    private readonly string? _hash;

    private HostEncoder(Tensor weight, PartOrigin? origin)
    {
        (_weight, _origin) = (weight, origin);
        _hash = origin is null ? null : Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(origin.Path)));
        Features = new((int)weight.shape[0]);
    }

    public static PartKind<IImageEncoder> Kind { get; } = new(Name, context =>
    {
        using var weights = context.OpenWeights();
        return new HostEncoder(weights.Read(Weight), context.Origin);
    });

    public FeatureShape Features { get; }

    public ImagePreprocessor Preprocessor { get; } = new(new ImagePreprocessorOptions { ShortestEdge = 16, CropSize = new ImageSize(16, 16) });

    public ModelIdentity Identity => new(_origin!.Path, _hash!);

    string ISavablePart.Kind => Name;

    PartOrigin? ISavablePart.Origin => _origin;

    /// <summary>Writes a file of weights to load an encoder from.</summary>
    public static void Write(string path, int size)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, [new(Weight, randn(size, 3 * Fields * Fields, generator: new Generator(11, CPU)))]);
    }

    public Tensor Encode(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return nn.functional.adaptive_avg_pool2d(pixels, [Fields, Fields]).flatten(1).matmul(_weight.t()).MoveToOuterDisposeScope();
    }

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => [new(Weight, _weight)];

    void ISavablePart.Save(string path) => SafetensorsWriter.Write(path, NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));

    public void Dispose() => _weight.Dispose();
}
