using System.Text.Json;
using ClipGpt2.Captioning.Images.Resampling;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Images;

/// <summary>Reads <c>preprocessor_config.json</c>.</summary>
/// <remarks>
/// Old files give <c>size</c> and <c>crop_size</c> as integers and have no rescale fields. What a file leaves out has the default of its processor
/// class: <c>CLIPImageProcessor</c>'s, or for SigLIP no crop and means and deviations of 0.5.
/// </remarks>
internal static class PreprocessorConfig
{
    public const string FileName = "preprocessor_config.json";

    public static ImagePreprocessorOptions Read(string path)
    {
        var file = Directory.Exists(path) ? FileIn(path) : path;
        try
        {
            RegularFile.Need(file);
            var json = File.ReadAllText(file);
            return GitLfsPointer.Begins(json) ? throw new CaptioningException(GitLfsPointer.Refusal(file)) : Parse(json, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptioningException($"The preprocessing '{file}' can't be read: {e.Message} Give a {FileName}, a folder that holds one, or 'clip-vit-base-patch32'.", e);
        }
    }

    /// <summary>The folder's file; where there is only a whole processor's, that, whose form is then refused by name.</summary>
    private static string FileIn(string folder) =>
        !File.Exists(Path.Combine(folder, FileName)) && File.Exists(Path.Combine(folder, NestedFileName)) ? Path.Combine(folder, NestedFileName) : Path.Combine(folder, FileName);

    public static ImagePreprocessorOptions Parse(string json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true });
            var options = Parse(new Fields(document.RootElement, source));
            options.Validate(source);
            return options;
        }
        catch (JsonException e)
        {
            throw new CaptioningException($"{source} isn't JSON: {e.Message}", e);
        }
    }

    /// <summary>The form in which transformers 5 saves a whole processor.</summary>
    private const string NestedFileName = "processor_config.json";

    private const int Channels = 3;

    /// <summary>Beyond this many members a file is no preprocessor's: vocabularies have the words "size" and "resample" too.</summary>
    private const int MostMembers = 100;

    /// <summary>All fields that say something of the preprocessing: a file without any of them is another file.</summary>
    private static readonly string[] Known =
    [
        "image_processor_type", "feature_extractor_type", "do_convert_rgb", "do_resize", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize",
        "image_mean", "image_std", "size", "resample",
    ];

    private static ImagePreprocessorOptions Parse(Fields fields)
    {
        fields.RequireAny(Known);
        var kind = fields.Text("image_processor_type") ?? fields.Text("feature_extractor_type") ?? "CLIPImageProcessor";
        var start = kind switch
        {
            "CLIPImageProcessor" or "CLIPFeatureExtractor" or "CLIPImageProcessorFast" => new ImagePreprocessorOptions(),
            "SiglipImageProcessor" or "SiglipImageProcessorFast" => new ImagePreprocessorOptions
            {
                ExactSize = new ImageSize(224, 224),
                CenterCrop = false,
                Mean = [0.5, 0.5, 0.5],
                StandardDeviation = [0.5, 0.5, 0.5],
            },
            _ => throw fields.Wrong("image_processor_type", "CLIPImageProcessor or SiglipImageProcessor"),
        };
        var options = fields.ApplySize(start) with
        {
            // Null is what SigLIP's files have there, and the reference can't read a grey picture then.
            ConvertRgb = fields.IsNull("do_convert_rgb") ? start.ConvertRgb : fields.Flag("do_convert_rgb") ?? start.ConvertRgb,
            Resize = fields.Flag("do_resize") ?? start.Resize,
            Resample = (ResampleFilter?)fields.Integer("resample") ?? start.Resample,
            CenterCrop = fields.Flag("do_center_crop") ?? start.CenterCrop,
            CropSize = fields.CropSize() ?? start.CropSize,
            Rescale = fields.Flag("do_rescale") ?? start.Rescale,
            RescaleFactor = fields.Number("rescale_factor") ?? start.RescaleFactor,
            Normalize = fields.Flag("do_normalize") ?? start.Normalize,
            Mean = fields.Numbers("image_mean") ?? start.Mean,
            StandardDeviation = fields.Numbers("image_std") ?? start.StandardDeviation,
        };
        fields.RequireFor(options.Resize, "do_resize", "resample");
        fields.RequireFor(options.Rescale, "do_rescale", "rescale_factor");
        return options;
    }

    /// <summary>The fields of the file; null and absent are one but for steps, which null switches off, and for what a step can't do without.</summary>
    private sealed class Fields
    {
        private readonly JsonElement _root;
        private readonly string _source;

        public Fields(JsonElement root, string source)
        {
            (_root, _source) = (root, source);
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new CaptioningException($"{source} must hold a JSON object.");
            }
        }

        /// <summary>Refuses what is no preprocessor's configuration, such as a model's or a vocabulary.</summary>
        public void RequireAny(string[] names)
        {
            if (Path.GetFileName(_source) == NestedFileName && !_root.TryGetProperty("image_processor", out _))
            {
                throw new CaptioningException($"{_source} holds no 'image_processor', which is where a whole processor's file has the fields of the preprocessing: an image processor's own file is {FileName}.");
            }

            if (_root.TryGetProperty("image_processor", out var nested) && nested.ValueKind == JsonValueKind.Object)
            {
                throw new CaptioningException(
                    $"{_source} has the form in which transformers 5 saves a whole processor, with the fields inside of 'image_processor': give a file that holds those fields themselves, as image processors that are saved alone have it.");
            }

            if (_root.EnumerateObject().Count() > MostMembers || !Array.Exists(names, name => _root.TryGetProperty(name, out _)))
            {
                throw new CaptioningException($"{_source} is no preprocessor's configuration: that has some of the fields {string.Join(", ", names)}.");
            }
        }

        public string? Text(string name) => Find(name) is { } value
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a text")
            : null;

        /// <summary>True or false; null is false, as in the reference, and absent is left to the default.</summary>
        public bool? Flag(string name) => IsNull(name) ? false : Find(name) is { } value
            ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false")
            : null;

        public int? Integer(string name) => Find(name) is { } value ? Integer(value, name) : null;

        public double? Number(string name) => Find(name) is { } value ? Number(value, name) : null;

        /// <summary>A number for each channel, or one for all.</summary>
        public double[]? Numbers(string name) => Find(name) is not { } value ? null : value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Select(v => Number(v, name))],
            JsonValueKind.Number => [.. Enumerable.Repeat(Number(value, name), Channels)],
            _ => throw Wrong(name, "a list of numbers"),
        };

        /// <summary>Refuses null where a step is on that needs the value; the reference has no default for it then.</summary>
        public void RequireFor(bool isOn, string step, string name)
        {
            if (isOn && IsNull(name))
            {
                throw new CaptioningException($"{_source}: '{name}' is null, and '{step}' needs it: give a value, leave it out for the default, or set '{step}' to false.");
            }
        }

        /// <summary><c>size</c>: an integer or <c>shortest_edge</c> (beside which <c>longest_edge</c> is ignored), else <c>height</c> and <c>width</c>.</summary>
        public ImagePreprocessorOptions ApplySize(ImagePreprocessorOptions options)
        {
            if (Find("size") is not { } size)
            {
                return options;
            }

            if (size.ValueKind == JsonValueKind.Number)
            {
                return options with { ShortestEdge = Integer(size, "size"), ExactSize = null };
            }

            if (size.ValueKind == JsonValueKind.Array)
            {
                return size.GetArrayLength() == 2
                    ? options with { ExactSize = new ImageSize(Integer(size[1], "size[1]"), Integer(size[0], "size[0]")) }
                    : throw Wrong("size", "of two integers, a height and a width, where it is a list");
            }

            if (Find("shortest_edge", size) is not null && (Find("height", size) ?? Find("width", size)) is not null)
            {
                throw Wrong("size", "of 'shortest_edge', or of 'height' and 'width'");
            }

            return Find("shortest_edge", size) is { } edge
                ? options with { ShortestEdge = Integer(edge, "size.shortest_edge"), ExactSize = null }
                : options with { ExactSize = HeightAndWidth(size, "size", "an integer, or an object with 'shortest_edge' or with 'height' and 'width'") };
        }

        public ImageSize? CropSize()
        {
            if (Find("crop_size") is not { } size)
            {
                return null;
            }

            if (size.ValueKind == JsonValueKind.Number)
            {
                var side = Integer(size, "crop_size");
                return new ImageSize(side, side);
            }

            return HeightAndWidth(size, "crop_size", "an integer, or an object with 'height' and 'width'");
        }

        public CaptioningException Wrong(string name, string right) =>
            new($"{_source}: '{name}' is {(Find(name) is { } value ? value.GetRawText() : "of another form")}; it must be {right}.");

        private ImageSize HeightAndWidth(JsonElement size, string name, string right) =>
            Find("height", size) is { } height && Find("width", size) is { } width
                ? new ImageSize(Integer(width, name + ".width"), Integer(height, name + ".height"))
                : throw Wrong(name, right);

        private int Integer(JsonElement value, string name) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(name, "an integer");

        private double Number(JsonElement value, string name) =>
            value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(name, "a number");

        public bool IsNull(string name) => _root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

        private JsonElement? Find(string name) => Find(name, _root);

        private static JsonElement? Find(string name, JsonElement of) =>
            of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
