using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

/// <summary>A CLIP of a few kilobytes with random weights by OpenAI's names, written to disk.</summary>
internal sealed class TinyOpenAiClip : IDisposable
{
    public const int Projection = 12;
    public const int Positions = 7;
    public const int Vocabulary = 30;

    private const int Width = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly List<(string Name, long[] Shape)> _shapes;

    /// <param name="isResNet">Which image tower: a ModifiedResNet, or a vision transformer.</param>
    /// <param name="namePrefix">What every name begins with.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="hasText">Whether there is a text tower.</param>
    /// <param name="change">Changes the shapes before they are written.</param>
    public TinyOpenAiClip(bool isResNet = false, string namePrefix = "", string name = "model.safetensors", bool hasText = true, Action<List<(string Name, long[] Shape)>>? change = null)
    {
        _shapes = [.. isResNet ? ResNet() : VisionTransformer(), .. hasText ? Text() : []];
        change?.Invoke(_shapes);
        File = _folder.File(name);
        ImageSize = isResNet ? 64 : 24;
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        SafetensorsWriter.Write(File, _shapes.Select(s => KeyValuePair.Create(namePrefix + s.Name, Draw(s.Name, s.Shape, generator))));
    }

    public string File { get; }

    public string Folder => _folder.Path;

    public int ImageSize { get; }

    public IEnumerable<string> Names => _shapes.Select(shape => shape.Name);

    public void Write(string name, string text) => _folder.Write(name, text);

    public ClipImageEncoder LoadEncoder(ComputeOptions? compute = null, ClipFileOptions? options = null) => ClipImageEncoder.FromPretrained(File, compute, options);

    public Tensor Pixels(int batch = 2)
    {
        using var generator = new Generator(7, CPU);
        return randn([batch, 3, ImageSize, ImageSize], generator: generator);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Variances are above 0, and norms let values through, so that no rectified channel is dead.</summary>
    private static Tensor Draw(string name, long[] shape, Generator generator) =>
        name.EndsWith("running_var", StringComparison.Ordinal) ? rand(shape, generator: generator) + 0.5
        : shape.Length == 1 && name.EndsWith(".weight", StringComparison.Ordinal) ? (randn(shape, generator: generator) * 0.2) + 1
        : name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? ones(shape, ScalarType.Int64)
        : randn(shape, generator: generator) * 0.2;

    private static IEnumerable<(string, long[])> Text() =>
    [
        ("positional_embedding", [Positions, Width]), ("text_projection", [Width, Projection]), ("logit_scale", []), ("token_embedding.weight", [Vocabulary, Width]),
        .. Norm("ln_final"), .. Block("transformer.resblocks.0"),
    ];

    private static IEnumerable<(string, long[])> VisionTransformer() =>
    [
        ("visual.class_embedding", [Width]), ("visual.positional_embedding", [10, Width]), ("visual.proj", [Width, Projection]), ("visual.conv1.weight", [Width, 3, 8, 8]),
        .. Norm("visual.ln_pre"), .. Norm("visual.ln_post"), .. Block("visual.transformer.resblocks.0"), .. Block("visual.transformer.resblocks.1"),
    ];

    private static IEnumerable<(string, long[])> Block(string name) =>
    [
        .. Norm($"{name}.ln_1"), .. Norm($"{name}.ln_2"),
        ($"{name}.attn.in_proj_weight", [3 * Width, Width]), ($"{name}.attn.in_proj_bias", [3 * Width]),
        .. Linear($"{name}.attn.out_proj", Width, Width), .. Linear($"{name}.mlp.c_fc", Width, 96), .. Linear($"{name}.mlp.c_proj", 96, Width),
    ];

    /// <summary>Of stages with 2, 1, 2, 1 blocks, so that there are blocks with and without a shortcut of their own.</summary>
    private static IEnumerable<(string, long[])> ResNet() =>
    [
        .. Convolution("visual.conv1", "visual.bn1", 3, 2, 3), .. Convolution("visual.conv2", "visual.bn2", 2, 2, 3), .. Convolution("visual.conv3", "visual.bn3", 2, 4, 3),
        .. Stage(1, 4, 4, 2), .. Stage(2, 16, 8, 1), .. Stage(3, 32, 16, 2), .. Stage(4, 64, 32, 1),
        ("visual.attnpool.positional_embedding", [5, 128]),
        .. Linear("visual.attnpool.q_proj", 128, 128), .. Linear("visual.attnpool.k_proj", 128, 128), .. Linear("visual.attnpool.v_proj", 128, 128),
        .. Linear("visual.attnpool.c_proj", 128, Projection),
    ];

    private static IEnumerable<(string, long[])> Stage(int stage, int inputs, int width, int blocks) => Enumerable.Range(0, blocks).SelectMany<int, (string, long[])>(i =>
    {
        var name = $"visual.layer{stage}.{i}";
        var from = i == 0 ? inputs : 4 * width;
        return
        [
            .. Convolution($"{name}.conv1", $"{name}.bn1", from, width, 1), .. Convolution($"{name}.conv2", $"{name}.bn2", width, width, 3),
            .. Convolution($"{name}.conv3", $"{name}.bn3", width, 4 * width, 1),
            .. i == 0 ? Convolution($"{name}.downsample.0", $"{name}.downsample.1", from, 4 * width, 1) : [],
        ];
    });

    private static IEnumerable<(string, long[])> Convolution(string name, string norm, int inputs, int outputs, int kernel) =>
    [
        ($"{name}.weight", [outputs, inputs, kernel, kernel]),
        ($"{norm}.weight", [outputs]), ($"{norm}.bias", [outputs]), ($"{norm}.running_mean", [outputs]), ($"{norm}.running_var", [outputs]),
        ($"{norm}.num_batches_tracked", []),
    ];

    private static IEnumerable<(string, long[])> Norm(string name) => [($"{name}.weight", [Width]), ($"{name}.bias", [Width])];

    private static IEnumerable<(string, long[])> Linear(string name, long inputs, long outputs) => [($"{name}.weight", [outputs, inputs]), ($"{name}.bias", [outputs])];
}
