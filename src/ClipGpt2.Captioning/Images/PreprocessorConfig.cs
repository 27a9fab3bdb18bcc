using System.Text;
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
        var fields = JsonField.Parse(source, Encoding.UTF8.GetBytes(json), (message, cause) => new CaptioningException(message, cause), new JsonDocumentOptions { AllowTrailingCommas = true });
        var options = Parse(new Fields(fields));
        options.Validate(source);
        return options;
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
            _ => throw fields.Wrong(fields.Text("image_processor_type") is null ? "feature_extractor_type" : "image_processor_type", "CLIPImageProcessor or SiglipImageProcessor"),
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
    private sealed class Fields(JsonField root)
    {
        private readonly string _source = root.File;

        /// <summary>Refuses what is no preprocessor's configuration, such as a model's or a vocabulary.</summary>
        public void RequireAny(string[] names)
        {
            if (Path.GetFileName(_source) == NestedFileName && !root.Json.TryGetProperty("image_processor", out _))
            {
                throw new CaptioningException($"{_source} holds no 'image_processor', which is where a whole processor's file has the fields of the preprocessing: an image processor's own file is {FileName}.");
            }

            if (root.Find("image_processor") is { IsObject: true })
            {
                throw new CaptioningException(
                    $"{_source} has the form in which transformers 5 saves a whole processor, with the fields inside of 'image_processor': give a file that holds those fields themselves, as image processors that are saved alone have it.");
            }

            if (root.Json.EnumerateObject().Count() > MostMembers || !Array.Exists(names, name => root.Json.TryGetProperty(name, out _)))
            {
                throw new CaptioningException($"{_source} is no preprocessor's configuration: that has some of the fields {string.Join(", ", names)}.");
            }
        }

        public string? Text(string name) => root.Text(name);

        /// <summary>True or false; null is false, as in the reference, and absent is left to the default.</summary>
        public bool? Flag(string name) => IsNull(name) ? false : root.Flag(name);

        public int? Integer(string name) => root.Find(name)?.AsInt();

        public double? Number(string name) => root.Find(name)?.AsNumber();

        /// <summary>A number for each channel, or one for all.</summary>
        public double[]? Numbers(string name) => root.Find(name) switch
        {
            null => null,
            { Json.ValueKind: JsonValueKind.Number } one => [.. Enumerable.Repeat(one.AsNumber(), Channels)],
            var list => [.. list.AsItems("a list of numbers").Select(item => item.AsNumber())],
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
        public ImagePreprocessorOptions ApplySize(ImagePreprocessorOptions options) => root.Find("size") switch
        {
            null => options,
            { Json.ValueKind: JsonValueKind.Number } edge => options with { ShortestEdge = edge.AsInt(), ExactSize = null },
            { Json.ValueKind: JsonValueKind.Array } list => options with { ExactSize = Listed(list) },
            var size when size.Find("shortest_edge") is not null && (size.Find("height") ?? size.Find("width")) is not null => throw size.Wrong("'shortest_edge', or 'height' and 'width'"),
            var size when size.Find("shortest_edge") is { } edge => options with { ShortestEdge = edge.AsInt(), ExactSize = null },
            var size => options with { ExactSize = HeightAndWidth(size, "an integer, or an object with 'shortest_edge' or with 'height' and 'width'") },
        };

        public ImageSize? CropSize() => root.Find("crop_size") switch
        {
            null => null,
            { Json.ValueKind: JsonValueKind.Number } side => new ImageSize(side.AsInt(), side.AsInt()),
            var size => HeightAndWidth(size, "an integer, or an object with 'height' and 'width'"),
        };

        public CaptioningException Wrong(string name, string right) => root.Need(name, right).Wrong(right);

        public bool IsNull(string name) => root.Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

        private static ImageSize Listed(JsonField list) => list.AsItems().ToList() is [var height, var width]
            ? new ImageSize(width.AsInt(), height.AsInt())
            : throw list.Wrong("two integers, a height and a width, where it is a list");

        private static ImageSize HeightAndWidth(JsonField size, string right) => size.Find("height") is { } height && size.Find("width") is { } width
            ? new ImageSize(width.AsInt(), height.AsInt())
            : throw size.Wrong(right);
    }
}
