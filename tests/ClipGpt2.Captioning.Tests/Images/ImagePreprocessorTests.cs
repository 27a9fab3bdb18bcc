using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Resampling;

namespace ClipGpt2.Captioning.Tests.Images;

public sealed class ImagePreprocessorTests
{
    [Fact]
    public void A_configuration_that_names_nothing_but_its_kind_is_that_of_vit_b_32() =>
        AssertSame(ImagePreprocessor.ClipVitBasePatch32.Options, ImagePreprocessor.Parse("""{"image_processor_type": "CLIPImageProcessor"}""").Options);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model_type": "clip", "vision_config": {"image_size": 224}, "projection_dim": 512}""")]
    [InlineData("""{"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}""")]
    public void Another_object_is_no_preprocessors_and_none_of_clips_defaults_are_taken(string json) =>
        Assert.Contains("no preprocessor's configuration", Assert.Throws<CaptioningException>(() => ImagePreprocessor.Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("encoder/config.json")]
    [InlineData("encoder/vocab.json")]
    [InlineData("encoder/tokenizer_config.json")]
    [InlineData("encoder/special_tokens_map.json")]
    [InlineData("decoder/generation_config.json")]
    [InlineData("captioner.json")]
    public void A_captioners_other_files_are_refused_by_name(string file) =>
        Assert.Contains(Path.GetFileName(file), Assert.Throws<CaptioningException>(() => ImagePreprocessor.Load(Path.Combine(SampleCaptioner.Folder, file))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_vocabulary_that_has_the_words_of_fields_is_refused() => Assert.Contains(
        "no preprocessor's",
        Assert.Throws<CaptioningException>(() => ImagePreprocessor.Parse($"{{\"size\": 30, {string.Join(", ", Enumerable.Range(0, 200).Select(i => $"\"t{i}\": {i}"))}}}")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("processor_config.json")]
    [InlineData("preprocessor_config.json")]
    public void The_nested_form_of_a_whole_processor_is_refused_by_name_and_never_read_as_defaults(string name)
    {
        using var folder = new Weights.TemporaryFolder();
        folder.Write(name, """{"image_processor": {"size": {"shortest_edge": 96}, "image_mean": [0.5, 0.5, 0.5]}, "processor_class": "CLIPProcessor"}""");
        var message = Assert.Throws<CaptioningException>(() => ImagePreprocessor.Load(folder.Path)).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains("image_processor", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Integer_sizes_of_old_files_mean_shortest_edge_and_square()
    {
        var options = ImagePreprocessor.Parse("""{"size": 30, "crop_size": 20, "feature_extractor_type": "CLIPFeatureExtractor"}""").Options;
        Assert.Equal((30, null, new ImageSize(20, 20)), (options.ShortestEdge, options.ExactSize, options.CropSize));
    }

    [Fact]
    public void The_longest_edge_beside_the_shortest_is_ignored() =>
        Assert.Equal(30, ImagePreprocessor.Parse("""{"size": {"shortest_edge": 30, "longest_edge": 40}}""").Options.ShortestEdge);

    [Fact]
    public void Height_and_width_are_not_exchanged()
    {
        var options = ImagePreprocessor.Parse("""{"size": {"height": 10, "width": 20}, "crop_size": {"height": 5, "width": 6}, "resample": 2}""").Options;
        Assert.Equal((new ImageSize(20, 10), new ImageSize(6, 5)), (options.ExactSize, options.CropSize));
        Assert.Equal(ResampleFilter.Bilinear, options.Resample);
    }

    [Fact]
    public void Siglip_has_its_own_defaults()
    {
        var options = ImagePreprocessor.Parse("""{"image_processor_type": "SiglipImageProcessor", "do_convert_rgb": null}""").Options;
        Assert.False(options.CenterCrop);
        Assert.True(options.ConvertRgb);
        Assert.Equal([0.5, 0.5, 0.5], options.Mean);
    }

    [Theory]
    [InlineData("""[1]""", "object")]
    [InlineData("""{"size": """, "JSON")]
    [InlineData("""{"image_processor_type": "DetrImageProcessor"}""", "CLIPImageProcessor")]
    [InlineData("""{"size": {"longest_edge": 3}}""", "shortest_edge")]
    [InlineData("""{"size": 0}""", "shortest_edge")]
    [InlineData("""{"crop_size": "big"}""", "crop_size")]
    [InlineData("""{"resample": 9}""", "resample")]
    [InlineData("""{"image_mean": [1, 2]}""", "image_mean")]
    [InlineData("""{"image_std": [1, 0, 1]}""", "image_std")]
    [InlineData("""{"do_resize": 1}""", "do_resize")]
    public void A_wrong_configuration_is_refused_by_the_fields_name(string json, string named) =>
        Assert.Contains(named, Assert.Throws<CaptioningException>(() => ImagePreprocessor.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_configuration_is_named() =>
        Assert.Contains("/no/such", Assert.Throws<CaptioningException>(() => ImagePreprocessor.Load("/no/such")).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_conversion_only_rgb_pictures_are_taken()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { ConvertRgb = false });
        using var grey = new DecodedImage(4, 4, PixelMode.Grey);
        Assert.Contains("do_convert_rgb", Assert.Throws<CaptioningException>(() => preprocessor.Crop(grey)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_unequal_results_do_not_make_a_batch()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { CenterCrop = false });
        using var wide = new DecodedImage(8, 4, PixelMode.Rgb);
        using var square = new DecodedImage(4, 4, PixelMode.Rgb);
        Assert.Null(preprocessor.FixedSize);
        Assert.Throws<CaptioningException>(() => preprocessor.Preprocess([wide, square]));
    }

    [Fact]
    public void A_picture_too_narrow_for_any_resize_is_refused()
    {
        using var image = new DecodedImage(1, 50_000_000, PixelMode.Grey);
        Assert.Throws<CaptioningException>(() => ImagePreprocessor.ClipVitBasePatch32.Crop(image));
    }

    private static void AssertSame(ImagePreprocessorOptions expected, ImagePreprocessorOptions actual)
    {
        Assert.Equal(expected.Mean, actual.Mean);
        Assert.Equal(expected.StandardDeviation, actual.StandardDeviation);
        Assert.Equal(expected, actual with { Mean = expected.Mean, StandardDeviation = expected.StandardDeviation });
    }
}
