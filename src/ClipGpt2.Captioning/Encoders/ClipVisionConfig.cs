using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>The sizes and settings of CLIP's image tower: what its <c>config.json</c> says.</summary>
/// <remarks>The defaults are ViT-B/32's. Follows Hugging Face's <c>CLIPVisionConfig</c>.</remarks>
public sealed record ClipVisionConfig : IClipTowerConfig
{
    /// <summary>The size H of a hidden state: <c>hidden_size</c>.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>The number of blocks: <c>num_hidden_layers</c>.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>The number of attention heads, which divides <see cref="HiddenSize"/>: <c>num_attention_heads</c>.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>The width of a block's perceptron: <c>intermediate_size</c>.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>The perceptron's nonlinearity by Hugging Face's name: <c>hidden_act</c>.</summary>
    public string HiddenActivation { get; init; } = "quick_gelu";

    /// <summary>What layer normalisation adds to a variance: <c>layer_norm_eps</c>.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>The side S of the pictures in pixels: <c>image_size</c>.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>The side of a patch in pixels: <c>patch_size</c>.</summary>
    public int PatchSize { get; init; } = 32;

    /// <summary>The size D of an embedding: <c>projection_dim</c>.</summary>
    public int ProjectionSize { get; init; } = 512;

    /// <summary>The standard deviation of fresh patch and position embeddings: <c>initializer_range</c>.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>What the deviations of all fresh weights are multiplied by: <c>initializer_factor</c>.</summary>
    public double InitializerFactor { get; init; } = 1;

    /// <summary>The pictures' channels: <c>num_channels</c>.</summary>
    internal int Channels { get; init; } = 3;

    /// <summary>The number of patches in a row or a column of a picture.</summary>
    internal int Grid => ImageSize / PatchSize;

    internal TransformerConfig Transformer => new()
    {
        HiddenSize = HiddenSize, Layers = Layers, Heads = Heads, IntermediateSize = IntermediateSize,
        Activation = Activations.Parse(HiddenActivation)!.Value, Epsilon = LayerNormEpsilon,
    };

    /// <summary>Reads the sizes; what a file leaves out is ViT-B/32's.</summary>
    /// <param name="section">The section of the image tower.</param>
    /// <param name="projection">The size D, which a full model's file has elsewhere.</param>
    /// <exception cref="CheckpointFormatException">A field is wrong.</exception>
    internal static ClipVisionConfig Read(ConfigSection section, int projection)
    {
        var defaults = new ClipVisionConfig();
        var sizes = TransformerConfig.Read(ConfigKeys.Check(section, ClipConfig.VisionModel), defaults.Transformer);
        var config = new ClipVisionConfig
        {
            HiddenSize = sizes.HiddenSize,
            Layers = sizes.Layers,
            Heads = sizes.Heads,
            IntermediateSize = sizes.IntermediateSize,
            HiddenActivation = section.Text("hidden_act", defaults.HiddenActivation),
            LayerNormEpsilon = sizes.Epsilon,
            ImageSize = TransformerConfig.Positive(section, "image_size", defaults.ImageSize),
            PatchSize = TransformerConfig.Positive(section, "patch_size", defaults.PatchSize),
            Channels = TransformerConfig.Positive(section, "num_channels", defaults.Channels),
            ProjectionSize = projection,
            InitializerRange = section.Number("initializer_range", defaults.InitializerRange),
            InitializerFactor = section.Number("initializer_factor", defaults.InitializerFactor),
        };
        return config.PatchSize <= config.ImageSize
            ? config
            : throw section.Error("patch_size", $"must be at most image_size ({config.ImageSize}), and is {config.PatchSize}");
    }

    IClipTower IClipTowerConfig.CreateTower(LayerLoader layers) => new ClipVisionTower(this, layers);

    /// <summary>Writes the <c>config.json</c> of a vision model with projection, which Hugging Face's <c>CLIPVisionModelWithProjection</c> and this library read.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => new()
    {
        ["architectures"] = new JsonArray("CLIPVisionModelWithProjection"),
        ["attention_dropout"] = 0.0,
        ["hidden_act"] = HiddenActivation,
        ["hidden_size"] = HiddenSize,
        ["image_size"] = ImageSize,
        ["initializer_factor"] = InitializerFactor,
        ["initializer_range"] = InitializerRange,
        ["intermediate_size"] = IntermediateSize,
        ["layer_norm_eps"] = LayerNormEpsilon,
        ["model_type"] = ClipConfig.VisionModel,
        ["num_attention_heads"] = Heads,
        ["num_channels"] = Channels,
        ["num_hidden_layers"] = Layers,
        ["patch_size"] = PatchSize,
        ["projection_dim"] = ProjectionSize,
    };

    /// <summary>Checks what a host has set.</summary>
    /// <exception cref="CaptioningException">Lists every value that cannot be, and what could.</exception>
    internal ClipVisionConfig Checked() => Errors().ToList() is { Count: > 0 } errors
        ? throw new CaptioningException($"{nameof(ClipVisionConfig)}: {string.Join("; ", errors)}.")
        : this;

    private IEnumerable<string> Errors()
    {
        (string Name, int Value)[] sizes =
        [
            (nameof(HiddenSize), HiddenSize), (nameof(Layers), Layers), (nameof(Heads), Heads), (nameof(IntermediateSize), IntermediateSize),
            (nameof(ImageSize), ImageSize), (nameof(PatchSize), PatchSize), (nameof(ProjectionSize), ProjectionSize),
        ];
        foreach (var (name, value) in sizes.Where(s => s.Value < 1))
        {
            yield return $"{name} is {value}, it must be at least 1";
        }

        if (HiddenSize > 0 && Heads > 0 && HiddenSize % Heads != 0)
        {
            yield return $"{nameof(HiddenSize)} is {HiddenSize}, it must be a multiple of {nameof(Heads)}, {Heads}";
        }

        if (PatchSize > ImageSize)
        {
            yield return $"{nameof(PatchSize)} is {PatchSize}, it must be at most {nameof(ImageSize)}, {ImageSize}";
        }

        if (Activations.Parse(HiddenActivation) is null)
        {
            yield return $"{nameof(HiddenActivation)} is '{HiddenActivation}', it must be quick_gelu, gelu, gelu_new, silu, relu or tanh";
        }

        (string Name, double Value)[] numbers =
        [
            (nameof(LayerNormEpsilon), LayerNormEpsilon), (nameof(InitializerRange), InitializerRange), (nameof(InitializerFactor), InitializerFactor),
        ];
        foreach (var (name, value) in numbers.Where(n => !(n.Value > 0 && double.IsFinite(n.Value))))
        {
            yield return $"{name} is {value}, it must be a finite number above 0";
        }
    }
}
