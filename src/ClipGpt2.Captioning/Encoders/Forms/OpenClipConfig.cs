using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Resampling;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>OpenCLIP's <c>open_clip_config.json</c>.</summary>
/// <remarks>Source: open_clip's <c>CLIPVisionCfg</c>, <c>CLIPTextCfg</c> and <c>PreprocessCfg</c>. What changes a tower in a way that isn't known is refused.</remarks>
internal sealed class OpenClipConfig
{
    public const string FileName = "open_clip_config.json";

    private const double Epsilon = 1e-5;

    private readonly ConfigSection _model;
    private readonly ConfigSection? _preprocessing;

    private OpenClipConfig(ConfigSection file) => (_model, _preprocessing) = (file.FindSection("model_cfg") ?? file, file.FindSection("preprocess_cfg"));

    /// <summary>The activation of all blocks by Hugging Face's name.</summary>
    public string Activation => _model.Flag("quick_gelu", false) ? "quick_gelu" : "gelu";

    private int ProjectionSize => TransformerConfig.Positive(_model, "embed_dim", 512);

    /// <exception cref="CheckpointFormatException">The file isn't JSON.</exception>
    public static OpenClipConfig Load(string path) => new(ConfigSection.Load(path));

    /// <summary>The image tower.</summary>
    /// <param name="activation">Its blocks' activation by Hugging Face's name.</param>
    /// <exception cref="CheckpointFormatException">A field is wrong, or asks for a tower of another kind.</exception>
    public IClipTowerConfig Vision(string activation)
    {
        var vision = _model.Section("vision_cfg");
        RefuseOthers(vision, ["timm_model_name"], ["attentional_pool", "final_ln_after_pool", "global_average_pool"], "pool_type", "tok");
        var layers = vision.Has("layers") ? vision.Ints("layers") : [12];
        var (width, headSize) = (Width(vision, 768), TransformerConfig.Positive(vision, "head_width", 64));
        var side = vision.Has("image_size") ? Side(vision) : 224;
        if (layers.Any(count => count < 1))
        {
            throw vision.Error("layers", "must be numbers above 0");
        }

        return layers.Count switch
        {
            1 => VisionTransformer(vision, layers[0], width, Heads(vision, "head_width", width, headSize), side, activation),
            4 => new ModifiedResNetConfig(layers, width, Heads(vision, "head_width", width * ModifiedResNetConfig.Reduction, headSize), side, ProjectionSize),
            _ => throw vision.Error("layers", "must be one number, or four for a ModifiedResNet"),
        };
    }

    /// <summary>The text tower.</summary>
    /// <param name="activation">Its blocks' activation by Hugging Face's name.</param>
    /// <exception cref="CheckpointFormatException">A field is wrong, or asks for a tower of another kind.</exception>
    public ClipTextConfig Text(string activation)
    {
        var text = _model.Section("text_cfg");
        RefuseOthers(text, ["hf_model_name"], ["no_causal_mask", "embed_cls"], "pool_type", "argmax");
        var (width, heads) = (Width(text, 512), TransformerConfig.Positive(text, "heads", 8));
        var transformer = new TransformerConfig
        {
            HiddenSize = width,
            Layers = TransformerConfig.Positive(text, "layers", 12),
            Heads = width % heads == 0 ? heads : throw text.Error("heads", $"must divide the width ({width}), and is {heads}"),
            IntermediateSize = Inner(text, width),
            Activation = Activations.Parse(activation)!.Value,
            Epsilon = Epsilon,
        };
        return new ClipTextConfig(
            transformer, TransformerConfig.Positive(text, "vocab_size", 49408), TransformerConfig.Positive(text, "context_length", 77), ClipTextConfig.LargestId, ProjectionSize);
    }

    /// <summary>How pictures become pixels of the given size.</summary>
    /// <exception cref="CheckpointFormatException">A field asks for a step that isn't known.</exception>
    public ImagePreprocessorOptions Preprocessing(int side)
    {
        var options = OpenAiPreprocessing.Of(side);
        if (_preprocessing is not { } section)
        {
            return options;
        }

        var isSquashed = section.Text("resize_mode", "shortest") switch
        {
            "shortest" => false,
            "squash" => true,
            var mode => throw section.Error("resize_mode", $"is '{mode}', and must be 'shortest' or 'squash'"),
        };
        return options with
        {
            Mean = section.Has("mean") ? section.Numbers("mean") : options.Mean,
            StandardDeviation = section.Has("std") ? section.Numbers("std") : options.StandardDeviation,
            ExactSize = isSquashed ? new ImageSize(side, side) : null,
            CenterCrop = !isSquashed,
            Resample = section.Text("interpolation", "bicubic") switch
            {
                "bicubic" or "random" => ResampleFilter.Bicubic,
                "bilinear" => ResampleFilter.Bilinear,
                var filter => throw section.Error("interpolation", $"is '{filter}', and must be 'bicubic' or 'bilinear'"),
            },
        };
    }

    private ClipVisionConfig VisionTransformer(ConfigSection vision, int layers, int width, int heads, int side, string activation)
    {
        var patch = TransformerConfig.Positive(vision, "patch_size", 16);
        return new ClipVisionConfig
        {
            HiddenSize = width,
            Layers = layers,
            Heads = heads,
            IntermediateSize = Inner(vision, width),
            HiddenActivation = activation,
            LayerNormEpsilon = Epsilon,
            ImageSize = side,
            PatchSize = patch <= side ? patch : throw vision.Error("patch_size", $"must be at most image_size ({side}), and is {patch}"),
            ProjectionSize = ProjectionSize,
        };
    }

    private static int Width(ConfigSection section, int fallback) => section.Int("width", fallback) is > 0 and <= StoredSizes.Largest and var width
        ? width
        : throw section.Error("width", $"must be a number from 1 to {StoredSizes.Largest}");

    private static int Side(ConfigSection vision) => vision.Ints("image_size") is { Count: 1 or 2 } sides && sides[0] > 0 && sides.All(side => side == sides[0])
        ? sides[0]
        : throw vision.Error("image_size", "must be one number above 0: only square pictures are known");

    private static int Heads(ConfigSection section, string name, int width, int headSize) => width % headSize == 0
        ? width / headSize
        : throw section.Error(name, $"must divide the width ({width}), and is {headSize}");

    private static int Inner(ConfigSection section, int width) => section.Number("mlp_ratio", 4) is > 0 and < 1000 and var ratio
        ? (int)(width * ratio)
        : throw section.Error("mlp_ratio", "must be above 0");

    /// <summary>Refuses what changes a tower without changing the shapes of its weights, or names a tower of another library.</summary>
    private static void RefuseOthers(ConfigSection section, string[] names, string[] flags, string choice, string known)
    {
        if (names.FirstOrDefault(section.Has) is { } name)
        {
            throw section.Error(name, $"is '{section.Text(name)}': towers of other libraries than OpenCLIP itself aren't read");
        }

        if (flags.FirstOrDefault(flag => section.Flag(flag, false)) is { } set)
        {
            throw section.Error(set, "is true, which this library doesn't know");
        }

        if (section.FindSection("act_kwargs") is not null)
        {
            throw section.Error("act_kwargs", "changes the activation in a way that this library doesn't know");
        }

        if (section.Text(choice, known) is var chosen && chosen != known)
        {
            throw section.Error(choice, $"is '{chosen}', and only '{known}' is known");
        }

        if (section.FindSection("norm_kwargs") is { } norm && norm.Number("eps", Epsilon) is var epsilon && epsilon != Epsilon)
        {
            throw norm.Error("eps", $"is {epsilon}, and only {Epsilon} is known");
        }
    }
}
