using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Decoding;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>What a captioner's files can have wrong is said with the file, the field and what would help.</summary>
[Collection(nameof(CountsTensors))]
public sealed class BadCaptionerTests : IDisposable
{
    private readonly TinyParts _parts = new();
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _parts.Dispose();
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("projector")]
    [InlineData("decoder")]
    [InlineData("tokenizer")]
    public void An_unknown_kind_is_named_in_a_folder(string role)
    {
        using var copy = new CaptionerCopy();
        var file = copy.PathOf("captioner.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json[role]!["kind"] = "unheard-of";
        File.WriteAllText(file, json.ToJsonString());
        AssertSays(() => copy.Load(), file, $"{role}.kind is", "'unheard-of'", $"no known {role}", "CaptionerOptions.Parts");
    }

    [Theory]
    [InlineData("siglip", "encoder_config")]
    [InlineData("clip", "projector_config")]
    public void An_unknown_kind_is_named_in_a_checkpoint(string encoder, string section)
    {
        var path = Changed(encoder, section, json => json["kind"] = "unheard-of");
        AssertSays(() => Load(path), path, section, "kind is", "'unheard-of'", "CaptionerOptions.Parts");
    }

    [Theory]
    [InlineData("clip", "clip_config")]
    [InlineData("siglip", "encoder_config")]
    [InlineData("clip", "gpt2_config")]
    public void A_description_without_a_base_asks_for_it(string encoder, string section)
    {
        var path = Changed(encoder, section, json => json.Remove("model"));
        AssertSays(() => Load(path), path, section, "model is missing", "CaptionerOptions.Bases", "--encoder-base", "--decoder-base");
    }

    [Theory]
    [InlineData("clip", "clip")]
    [InlineData("siglip", "encoder")]
    [InlineData(HostEncoder.Name, "encoder")]
    [InlineData("clip", "gpt2")]
    public void A_base_that_is_another_is_refused(string encoder, string name)
    {
        var path = Changed(encoder, "base_models", json => json[name]!["sha256"] = new string('0', 64));
        AssertSays(() => Load(path), path, new string('0', 64), "it is another model", "Put the right one there");
    }

    [Fact]
    public void A_parts_folder_says_what_it_is_and_what_would_help()
    {
        var encoder = TinyParts.Encoders["siglip"](_parts);
        AssertSays(() => Load(encoder), encoder, "'captioner.json'", "an image encoder of kind 'siglip'", "--encoder-base", "CaptionerOptions.Bases");
        var decoder = TinyParts.Decoders["gpt2"]!(_parts);
        AssertSays(() => Load(decoder), decoder, "'captioner.json'", "a decoder of kind 'gpt2'", "--decoder-base", "CaptionerOptions.Bases");
    }

    [Theory]
    [InlineData("nowhere/model.safetensors")]
    [InlineData("./nowhere")]
    [InlineData("nowhere.pkl")]
    public void A_path_that_doesnt_exist_is_no_id(string path) =>
        AssertSays(() => Load(path), Path.GetFullPath(path), "There is no file or folder", "give a captioner's folder, a caption checkpoint's file, or the id");

    [Fact]
    public void A_later_version_is_refused_by_its_own_message()
    {
        var path = Rewritten("clip", metadata => metadata["version"] = "3");
        AssertSays(() => Load(path), path, "version '3'", "reads versions up to 2", "use a later one");
        using var copy = new CaptionerCopy();
        copy.Edit("captioner.json", ("version", 2));
        AssertSays(() => copy.Load(), copy.PathOf("captioner.json"), "version is 2", "use a later one");
    }

    [Fact]
    public async Task An_encoder_that_says_nothing_of_itself_is_refused_before_a_run_with_checkpoints()
    {
        var made = _parts.Make("clip", "linear", "gpt2", _owned);
        using var captioner = new Captioner(new PlainEncoder(), made.Projector, made.Decoder, made.Tokenizer);
        await AssertRefused(captioner, typeof(PlainEncoder).ToString(), nameof(ISavablePart));
    }

    [Fact]
    public async Task A_decoder_that_can_only_load_is_refused_before_a_run_with_checkpoints()
    {
        var made = _parts.Make("clip", "linear", "gpt2", _owned);
        using var decoder = new OnlyLoadedDecoder(made.Tokenizer);
        using var captioner = new Captioner(made.Encoder, made.Projector, decoder, made.Tokenizer);
        await AssertRefused(captioner, typeof(OnlyLoadedDecoder).ToString(), nameof(ITrainable), "Origin");
    }

    [Fact]
    public void A_kind_that_leaves_a_checkpoints_tensors_is_refused()
    {
        var path = Rewritten("clip", _ => { });
        var options = TinyParts.Options();
        options.Parts = new Captioning.Parts.CaptionerParts().Add(new PartKind<IPrefixProjector>("linear", context => TinyParts.Kinds.Projectors.Find("linear")!.CreateFresh!(context, 1)));
        AssertSays(() => Captioner.FromPretrained(path, options), path, "projector", "'linear'", "PartContext.OpenWeights");
    }

    private static Captioner Load(string name) => Captioner.FromPretrained(name, TinyParts.Options());

    private static void AssertSays(Func<Captioner> load, params string[] parts)
    {
        var error = Assert.ThrowsAny<CaptioningException>(load);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    /// <summary>Nothing of the run is written then.</summary>
    private async Task AssertRefused(Captioner captioner, params string[] parts)
    {
        var options = new CaptionTrainerOptions { Epochs = 1 };
        (options.Checkpoints.Path, options.Freezing.Decoder) = (Path.Combine(_parts.Folder, "run", "model"), true);
        var error = await Assert.ThrowsAsync<CaptioningException>(() => new CaptionTrainer(captioner, options).TrainAsync(new NoPictures(), token: TestContext.Current.CancellationToken));
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(_parts.Folder, "run")));
    }

    /// <summary>A checkpoint of which one section was changed.</summary>
    private string Changed(string encoder, string section, Action<JsonObject> change) => Rewritten(encoder, metadata =>
    {
        var json = JsonNode.Parse(metadata[section])!.AsObject();
        change(json);
        metadata[section] = json.ToJsonString();
    });

    private string Rewritten(string encoder, Action<Dictionary<string, string>> change)
    {
        var (good, bad) = (Path.Combine(_parts.Folder, "good.safetensors"), Path.Combine(_parts.Folder, "bad.safetensors"));
        CaptionerConversion.Write(_parts.Make(encoder, "linear", "gpt2", _owned).Parts, good);
        using (Load(good))
        {
        }

        using var file = SafetensorsFile.Open(good);
        var metadata = file.Metadata.ToDictionary();
        change(metadata);
        SafetensorsWriter.Write(bad, file, metadata, floatingType: null, TestContext.Current.CancellationToken);
        return bad;
    }

    private sealed class PlainEncoder : IImageEncoder
    {
        public FeatureShape Features => new(TinyParts.Size);

        public ImagePreprocessor Preprocessor => ImagePreprocessor.ClipVitBasePatch32;

        public torch.Tensor Encode(torch.Tensor pixels) => torch.zeros(pixels.shape[0], TinyParts.Size);

        public void Dispose()
        {
        }
    }

    private sealed class OnlyLoadedDecoder(Tokenizer tokenizer) : CaptionDecoder(new BesideModel(560, TinyParts.Size, 1), [0], tokenizer, 0), ISavablePart
    {
        string ISavablePart.Kind => "only-loaded";

        public override torch.Tensor Forward(torch.Tensor visualTokens, torch.Tensor tokenIds, torch.Tensor? mask = null) => throw new NotSupportedException();

        void ISavablePart.Save(string path) => throw new NotSupportedException();
    }

    /// <summary>Says that it has pictures, and fails the test if it is asked for one.</summary>
    private sealed class NoPictures : Captioning.Training.Data.ICaptionDataset
    {
        public int Count => 4;

        public Captioning.Training.Data.CaptionExample this[int index] => throw new InvalidOperationException("The run has begun.");
    }
}
