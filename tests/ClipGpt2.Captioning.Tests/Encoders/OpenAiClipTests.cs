using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

public sealed class OpenAiClipTests
{
    private const string Model = """ "embed_dim": 12, "vision_cfg": {"image_size": 24, "layers": 2, "width": 64, "patch_size": 8, "head_width": 16, "mlp_ratio": 1.5}, "text_cfg": {"context_length": 7, "vocab_size": 30, "width": 64, "heads": 4, "layers": 1, "mlp_ratio": 1.5} """;

    [Theory]
    [InlineData("state_dict.module.")]
    [InlineData("module.")]
    [InlineData("model.")]
    public void A_nested_state_dict_gives_the_same_embeddings(string namePrefix)
    {
        using var plain = new TinyOpenAiClip();
        using var nested = new TinyOpenAiClip(namePrefix: namePrefix);
        using var scope = NewDisposeScope();
        using var first = plain.LoadEncoder();
        using var second = nested.LoadEncoder();
        Assert.True(first.Encode(plain.Pixels()).equal(second.Encode(plain.Pixels())).all().item<bool>());
    }

    [Fact]
    public void Two_models_in_one_file_are_named()
    {
        using var clip = new TinyOpenAiClip(change: shapes => shapes.AddRange([.. shapes.Select(s => ("student." + s.Name, s.Shape)), .. shapes.Select(s => ("teacher." + s.Name, s.Shape))]), namePrefix: "models.");
        var error = Assert.Throws<CheckpointFormatException>(() => clip.LoadEncoder());
        Assert.Contains("'models.student.'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'models.teacher.'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_without_OpenAIs_numbers_are_LAIONs_and_use_gelu_unless_told_otherwise()
    {
        using var clip = new TinyOpenAiClip();
        using var asked = ClipSource.Open(clip.File, new ClipFileOptions { HiddenActivation = "quick_gelu" });
        using var found = ClipSource.Open(clip.File);
        Assert.Equal("gelu", Assert.IsType<ClipVisionConfig>(found.Vision).HiddenActivation);
        Assert.Equal("quick_gelu", Assert.IsType<ClipVisionConfig>(asked.Vision).HiddenActivation);
    }

    [Fact]
    public void An_unknown_activation_is_refused() =>
        Assert.Contains("'sine'", Assert.Throws<CaptioningException>(() => ClipImageEncoder.FromPretrained("x", null, new ClipFileOptions { HiddenActivation = "sine" })).Message, StringComparison.Ordinal);

    [Fact]
    public void OpenCLIPs_configuration_beside_the_file_tells_heads_activation_and_preprocessing()
    {
        using var clip = new TinyOpenAiClip();
        clip.Write(OpenClipConfig.FileName, $$"""{"model_cfg": {"quick_gelu": true, {{Model}}}, "preprocess_cfg": {"mean": [0.5, 0.25, 0.5], "std": [1, 2, 3], "interpolation": "bilinear", "resize_mode": "squash"} }""");
        using var source = ClipSource.Open(clip.File);
        var vision = Assert.IsType<ClipVisionConfig>(source.Vision);
        Assert.Equal((4, 96, "quick_gelu"), (vision.Heads, vision.IntermediateSize, vision.HiddenActivation));
        Assert.Equal((4, 96), (source.Text!.Transformer.Heads, source.Text.Transformer.IntermediateSize));
        var options = source.LoadPreprocessor().Options;
        Assert.Equal((new ImageSize(24, 24), false, ImageTransform.OpenAi), (options.ExactSize!.Value, options.CenterCrop, options.Transform));
        Assert.Equal([0.5, 0.25, 0.5], options.Mean);
        using var model = ClipModel.FromPretrained(clip.File);
        Assert.Equal(12, model.EmbeddingDimension);
    }

    [Fact]
    public void A_folder_of_OpenCLIPs_form_loads()
    {
        using var clip = new TinyOpenAiClip(name: "open_clip_model.safetensors");
        clip.Write(OpenClipConfig.FileName, $$"""{"model_cfg": { {{Model}} } }""");
        using var scope = NewDisposeScope();
        using var fromFolder = ClipImageEncoder.FromPretrained(clip.Folder);
        using var fromFile = ClipImageEncoder.FromPretrained(clip.File);
        Assert.True(fromFolder.Encode(clip.Pixels()).equal(fromFile.Encode(clip.Pixels())).all().item<bool>());
        Assert.Equal(fromFolder.Identity.ContentHash, fromFile.Identity.ContentHash);
        Assert.Equal(clip.Folder, fromFolder.Identity.Id);
    }

    [Theory]
    [InlineData(""" "timm_model_name": "convnext_base" """, "$.model_cfg.vision_cfg.timm_model_name")]
    [InlineData(""" "pool_type": "avg" """, "$.model_cfg.vision_cfg.pool_type")]
    [InlineData(""" "attentional_pool": true """, "$.model_cfg.vision_cfg.attentional_pool")]
    [InlineData(""" "layers": [1, 2] """, "$.model_cfg.vision_cfg.layers")]
    [InlineData(""" "layers": 2, "width": 64, "head_width": 48 """, "$.model_cfg.vision_cfg.head_width")]
    [InlineData(""" "image_size": [24, 32] """, "$.model_cfg.vision_cfg.image_size")]
    [InlineData(""" "layers": 2, "width": 64, "patch_size": 500 """, "$.model_cfg.vision_cfg.patch_size")]
    [InlineData(""" "global_average_pool": true """, "$.model_cfg.vision_cfg.global_average_pool")]
    [InlineData(""" "act_kwargs": {"approximate": "tanh"} """, "$.model_cfg.vision_cfg.act_kwargs")]
    [InlineData(""" "norm_kwargs": {"eps": 1e-6} """, "$.model_cfg.vision_cfg.norm_kwargs.eps")]
    public void A_tower_that_is_not_known_is_refused_by_the_field_that_asks_for_it(string field, string named)
    {
        using var clip = new TinyOpenAiClip();
        clip.Write(OpenClipConfig.FileName, $$"""{"model_cfg": {"vision_cfg": { {{field}} }, "text_cfg": {} } }""");
        var error = Assert.Throws<CheckpointFormatException>(() => clip.LoadEncoder());
        Assert.Contains($"{OpenClipConfig.FileName}': {named} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_the_weights_do_not_fit_is_refused_by_stored_names()
    {
        using var clip = new TinyOpenAiClip();
        clip.Write(OpenClipConfig.FileName, $$"""{"model_cfg": { {{Model.Replace("\"layers\": 2", "\"layers\": 3", StringComparison.Ordinal)}} } }""");
        var error = Assert.Throws<CheckpointFormatException>(() => clip.LoadEncoder());
        Assert.Contains("missing: 'visual.transformer.resblocks.2.attn.in_proj_weight' [192, 64]", error.Message, StringComparison.Ordinal);
        Assert.Single(error.Message.Split('\n'), line => line.Contains("resblocks.2.attn.in_proj_weight", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("visual.positional_embedding", new long[] { 11, 64 }, "'visual.positional_embedding' is [11, 64] and must have a row more than a square")]
    [InlineData("visual.conv1.weight", new long[] { 64, 3, 8 }, "'visual.conv1.weight' is [64, 3, 8] and must have 4 sizes")]
    [InlineData("visual.conv1.weight", new long[] { 70, 3, 8, 8 }, "a width of 70")]
    [InlineData("visual.proj", new long[] { 64 }, "'visual.proj' is [64] and must have 2 sizes")]
    [InlineData("visual.transformer.resblocks.0.ls_1.gamma", new long[] { 64 }, "unexpected: 'visual.transformer.resblocks.0.ls_1.gamma'")]
    [InlineData("visual.class_embedding", null, "missing: 'visual.class_embedding' [64]")]
    [InlineData("visual.proj", null, "lacks the tensor 'visual.proj'")]
    [InlineData("visual.conv1.weight", null, "lacks the tensor 'visual.conv1.weight'")]
    public void A_file_that_is_no_whole_CLIP_is_refused_by_the_tensor(string name, long[]? shape, string said)
    {
        using var clip = new TinyOpenAiClip(change: shapes =>
        {
            shapes.RemoveAll(s => s.Name == name);
            if (shape is not null)
            {
                shapes.Add((name, shape));
            }
        });
        var error = Assert.Throws<CheckpointFormatException>(() => clip.LoadEncoder());
        Assert.Contains(clip.File, error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_tower_alone_is_an_encoder_but_no_model()
    {
        using var clip = new TinyOpenAiClip(hasText: false);
        clip.LoadEncoder().Dispose();
        Assert.Contains("image tower only", Assert.Throws<CheckpointFormatException>(() => ClipModel.FromPretrained(clip.File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_of_a_ModifiedResNet_come_from_its_shapes()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var source = ClipSource.Open(clip.File);
        var config = Assert.IsType<ModifiedResNetConfig>(source.Vision);
        Assert.Equal([2, 1, 2, 1], config.Layers);
        Assert.Equal((4, 2, 64, 12), (config.Width, config.Heads, config.ImageSize, config.ProjectionSize));
    }

    [Theory]
    [InlineData("RN50", new[] { 3, 4, 6, 3 }, 64, 224, 1024, 32)]
    [InlineData("RN101", new[] { 3, 4, 23, 3 }, 64, 224, 512, 32)]
    [InlineData("RN50x4", new[] { 4, 6, 10, 6 }, 80, 288, 640, 40)]
    [InlineData("RN50x16", new[] { 6, 8, 18, 8 }, 96, 384, 768, 48)]
    [InlineData("RN50x64", new[] { 3, 15, 36, 10 }, 128, 448, 1024, 64)]
    public void The_published_ModifiedResNets_are_told_by_their_shapes(string model, int[] layers, int width, int side, int projection, int heads)
    {
        Assert.NotEmpty(model);
        var (pooled, grid) = (32L * width, side / 32);
        var sizes = new StoredSizes(new ShapesOnly([
            .. layers.SelectMany((blocks, stage) => Enumerable.Range(0, blocks).Select(i => ($"visual.layer{stage + 1}.{i}.conv1.weight", new long[] { width << stage, 1, 1, 1 }))),
            ("visual.attnpool.positional_embedding", [1 + (grid * grid), pooled]), ("visual.attnpool.c_proj.weight", [projection, pooled]),
        ]));
        var config = Assert.IsType<ModifiedResNetConfig>(OpenAiClipSizes.Vision(sizes, "quick_gelu"));
        Assert.Equal(layers, config.Layers);
        Assert.Equal((width, side, projection, heads), (config.Width, config.ImageSize, config.ProjectionSize, config.Heads));
    }

    [Theory]
    [InlineData(768, 32, 7, 3072, 12)] // ViT-B-32
    [InlineData(1024, 14, 24, 4096, 16)] // ViT-L-14-336
    [InlineData(1280, 14, 16, 5120, 16)] // ViT-H-14
    [InlineData(1408, 14, 16, 6144, 16)] // ViT-g-14
    [InlineData(1664, 14, 16, 8192, 16)] // ViT-bigG-14
    [InlineData(1792, 14, 16, 15360, 16)] // ViT-e-14
    public void The_published_vision_transformers_are_told_by_their_shapes(int width, int patch, int grid, int inner, int heads)
    {
        var sizes = new StoredSizes(new ShapesOnly(
        [
            ("visual.conv1.weight", [width, 3, patch, patch]), ("visual.positional_embedding", [1 + (grid * grid), width]), ("visual.proj", [width, 640]),
            ("visual.transformer.resblocks.0.mlp.c_fc.weight", [inner, width]), ("visual.transformer.resblocks.1.mlp.c_fc.weight", [inner, width]),
        ]));
        var config = Assert.IsType<ClipVisionConfig>(OpenAiClipSizes.Vision(sizes, "gelu"));
        Assert.Equal((2, heads, inner, patch * grid, 640), (config.Layers, config.Heads, config.IntermediateSize, config.ImageSize, config.ProjectionSize));
    }

    [Fact]
    public void Pictures_are_preprocessed_as_OpenAIs_program_does_it()
    {
        using var clip = new TinyOpenAiClip(isResNet: true);
        using var encoder = clip.LoadEncoder();
        Assert.Equal((ImageTransform.OpenAi, new ImageSize(64, 64)), (encoder.Preprocessor.Options.Transform, encoder.Preprocessor.FixedSize!.Value));
    }

    [Fact]
    public void A_model_that_is_not_there_is_not_found() =>
        Assert.Throws<ModelNotFoundException>(() => ClipImageEncoder.FromPretrained("no/such-model", null, null, new ModelSearchOptions { CacheFolder = "nowhere" }));
}
