using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests;

public sealed class CaptionerFolderTests
{
    [Fact]
    public void A_saved_captioner_says_the_same()
    {
        using var temporary = new TemporaryFolder();
        using var original = SampleCaptioner.Load();
        original.Save(temporary.Path);
        using var copy = Captioner.FromPretrained(temporary.Path);
        foreach (var image in SampleCaptioner.Images)
        {
            Assert.Equal(original.Caption(image).Best.Sequence.TokenIds, copy.Caption(image).Best.Sequence.TokenIds);
        }
    }

    [Fact]
    public void A_captioner_from_nothing_is_saved_whole()
    {
        using var temporary = new TemporaryFolder();
        var training = new ComputeOptions { Trainable = true };
        var sizes = new ImagePreprocessorOptions { ShortestEdge = 32, CropSize = new(32, 32) };
        using var encoder = ClipImageEncoder.CreateFresh(
            new ClipVisionConfig { HiddenSize = 32, Layers = 2, Heads = 2, IntermediateSize = 64, ImageSize = 32, PatchSize = 16, ProjectionSize = 24 }, new(sizes), seed: 1, training);
        using var projector = LinearTanhProjector.CreateFresh(
            new() { Kind = LinearTanhProjector.Kind, PrefixLength = 3, EmbeddingDimension = 24, HiddenSize = 32 }, seed: 2, training);
        var tokenizer = Gpt2Tokenizer.FromPretrained(Path.Combine(SampleCaptioner.Folder, "decoder"));
        var config = new Gpt2Config
        {
            HiddenSize = 32, Layers = 2, Heads = 2, Positions = 40, VocabularySize = tokenizer.VocabularySize, EosTokenId = tokenizer.EndOfTextId, BosTokenId = null,
        };
        using var decoder = new Gpt2CaptionDecoder(Gpt2Model.CreateFresh(config, seed: 3, training), tokenizer);
        using var original = new Captioner(encoder, projector, decoder, tokenizer);
        original.Save(temporary.Path);
        using var copy = Captioner.FromPretrained(temporary.Path);
        Assert.Equal(original.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds, copy.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds);
    }

    [Fact]
    public void A_trained_encoder_is_saved_although_the_text_encoder_comes_from_the_same_folder()
    {
        using var temporary = new TemporaryFolder();
        using var original = SampleCaptioner.Load(new CaptionerOptions { Trainable = TrainableParts.Encoder });
        using (torch.no_grad())
        {
            ((ClipImageEncoder)original.Encoder).NamedParameters().Single(p => p.Key == "visual_projection.weight").Value.fill_(0.25.ToScalar());
        }

        original.Save(temporary.Path);
        using var saved = TensorFiles.Open(Path.Combine(temporary.Path, "encoder"));
        using var weight = saved.Read("visual_projection.weight");
        Assert.All(weight.data<float>().ToArray(), value => Assert.Equal(0.25f, value));
        using var copy = Captioner.FromPretrained(temporary.Path);
        Assert.NotNull(copy.Caption(SampleCaptioner.Images[0], new CaptionOptions { IncludeSimilarity = true }).Best.Similarity);
    }

    [Fact]
    public void A_hosts_own_kind_is_found()
    {
        using var temporary = new TemporaryFolder();
        using (var original = SampleCaptioner.Load())
        {
            original.Save(temporary.Path);
            Edit(temporary.Path, json => json["projector"]!["kind"] = "mine");
        }

        var options = new CaptionerOptions();
        ProjectorConfig? seen = null;
        options.Parts.Add(new PartKind<IPrefixProjector>("mine", context =>
        {
            seen = ProjectorConfig.Read(context.Description);
            return LinearTanhProjector.CreateFresh(seen with { Kind = LinearTanhProjector.Kind }, seed: 3);
        }));
        using var captioner = Captioner.FromPretrained(temporary.Path, options);
        Assert.Equal(seen!.PrefixLength, captioner.Projector.PrefixLength);
    }

    [Theory]
    [InlineData("format", "other", "format")]
    [InlineData("version", 2, "version")]
    [InlineData("decoder", null, "decoder")]
    public void A_wrong_file_is_named_with_its_field(string field, object? value, string named)
    {
        using var temporary = new TemporaryFolder();
        using (var original = SampleCaptioner.Load())
        {
            original.Save(temporary.Path);
        }

        Edit(temporary.Path, json => json[field] = value is null ? null : JsonValue.Create(value));
        var error = Assert.Throws<CheckpointFormatException>(() => Captioner.FromPretrained(temporary.Path));
        Assert.Contains("captioner.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_kind_is_answered_with_the_known_ones()
    {
        using var temporary = new TemporaryFolder();
        using (var original = SampleCaptioner.Load())
        {
            original.Save(temporary.Path);
        }

        Edit(temporary.Path, json => json["encoder"]!["kind"] = "clop");
        Assert.Contains("clip", Assert.Throws<CheckpointFormatException>(() => Captioner.FromPretrained(temporary.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_out_of_the_folder_is_refused()
    {
        using var temporary = new TemporaryFolder();
        using (var original = SampleCaptioner.Load())
        {
            original.Save(temporary.Path);
        }

        Edit(temporary.Path, json => json["encoder"]!["path"] = "../encoder");
        Assert.Contains("outside", Assert.Throws<CheckpointFormatException>(() => Captioner.FromPretrained(temporary.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_missing_or_empty_is_a_model_not_found()
    {
        using var temporary = new TemporaryFolder();
        Assert.Contains("captioner.json", Assert.Throws<ModelNotFoundException>(() => Captioner.FromPretrained(temporary.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<ModelNotFoundException>(() => Captioner.FromPretrained("no/such/folder"));
    }

    [Fact]
    public void Dependency_injection_gives_one_captioner_and_validates_all_options()
    {
        using var provider = new ServiceCollection().AddCaptioner(o => o.ModelFolder = SampleCaptioner.Folder).BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<Captioner>(), provider.GetRequiredService<Captioner>());

        using var wrong = new ServiceCollection().AddCaptioner(o => (o.BatchSize, o.Device) = (0, "gpu")).BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => wrong.GetRequiredService<IStartupValidator>().Validate());
        Assert.All(["ModelFolder", "BatchSize", "gpu"], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_AddCaptioner_is_an_error_at_the_start()
    {
        using var twice = new ServiceCollection()
            .AddCaptioner(o => o.ModelFolder = SampleCaptioner.Folder)
            .AddCaptioner(o => o.BatchSize = 7)
            .BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => twice.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("AddCaptioner was called more than once", Assert.Single(error.Failures), StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(() => twice.GetRequiredService<Captioner>());
    }

    [Fact]
    public void A_keyed_captioner_stands_beside_the_added_one()
    {
        using var provider = new ServiceCollection()
            .AddCaptioner(o => o.ModelFolder = SampleCaptioner.Folder)
            .Configure<CaptionerOptions>(o => o.BatchSize = 7)
            .AddKeyedSingleton("other", (_, _) => SampleCaptioner.Load(new CaptionerOptions { BatchSize = 3 }))
            .BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
        Assert.Equal((7, 3), (provider.GetRequiredService<Captioner>().Options.BatchSize, provider.GetRequiredKeyedService<Captioner>("other").Options.BatchSize));
    }

    private static void Edit(string folder, Action<JsonNode> edit)
    {
        var file = Path.Combine(folder, "captioner.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        edit(json);
        File.WriteAllText(file, json.ToJsonString());
    }

    [Fact]
    public void Nothing_is_written_of_a_captioner_with_a_part_that_cant_be_saved()
    {
        using var temporary = new TemporaryFolder();
        using var loaded = SampleCaptioner.Load();
        using var projector = new Unsavable(loaded.Projector);
        using var captioner = new Captioner(loaded.Encoder, projector, loaded.Decoder, loaded.Tokenizer);
        var target = Path.Combine(temporary.Path, "saved");
        Assert.Contains("The projector", Assert.Throws<CaptioningException>(() => captioner.Save(target)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
    }

    /// <summary>A projector that can't say its kind.</summary>
    private sealed class Unsavable(IPrefixProjector projector) : IPrefixProjector
    {
        public FeatureShape Features => projector.Features;

        public int PrefixLength => projector.PrefixLength;

        public int HiddenSize => projector.HiddenSize;

        public TorchSharp.torch.Tensor Project(TorchSharp.torch.Tensor features) => projector.Project(features);

        public void Dispose()
        {
        }
    }
}
