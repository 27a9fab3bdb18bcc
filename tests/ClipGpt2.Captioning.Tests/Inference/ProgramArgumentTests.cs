using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests.Inference;

/// <summary>What a reference program says to <c>generate</c> goes before the base model's <c>generation_config.json</c>; this library's checkpoints say nothing.</summary>
public sealed class ProgramArgumentTests : IDisposable
{
    private const string Generation = """{"eos_token_id": 0, "num_beams": 1, "early_stopping": false, "max_length": 9, "no_repeat_ngram_size": 1}""";

    private static readonly string Golden = Path.Combine(SampleCaptioner.Repository, "tests", "golden");

    private readonly string _base = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public ProgramArgumentTests()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Golden, "models", "tiny-gpt2")))
        {
            File.Copy(file, Path.Combine(_base, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(_base, "generation_config.json"), Generation);
    }

    private BaseModels Bases => new() { Encoder = Path.Combine(Golden, "models", "tiny-clip"), Decoder = _base };

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void The_seeds_checkpoint_searches_as_the_seed_does_and_takes_the_rest_from_the_folder()
    {
        using var checkpoint = CaptionCheckpoint.Open(Path.Combine(Golden, "checkpoints", "seed", "clip_gpt2_square.pkl"));
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new() { Bases = Bases });
        Assert.Equal((5, "checkpoint"), Setting(captioner, "num_beams"));
        Assert.Equal((30, "checkpoint"), Setting(captioner, "max_length"));
        Assert.Equal((EarlyStopping.WhenFull, "checkpoint"), Setting(captioner, "early_stopping"));
        Assert.Equal((1, "generation_config.json"), Setting(captioner, "no_repeat_ngram_size"));
        Assert.True(captioner.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds.Count > 4);
        using var other = Captioner.FromPretrained(checkpoint.Path, new CaptionerOptions { Decoding = { Beams = 2, MaxNewTokens = 3 }, Bases = Bases });
        Assert.Equal((2, "captioner"), Setting(other, "num_beams"));
        Assert.Equal(3, other.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds.Count);
    }

    [Fact]
    public void A_checkpoint_of_this_library_asks_the_folder()
    {
        using var root = new ReferenceRoot();
        root.AddModel("model.safetensors");
        using var checkpoint = CaptionCheckpoint.Open(Path.Combine(root.Models, "model.safetensors"));
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new() { Bases = Bases });
        Assert.Equal((1, "generation_config.json"), Setting(captioner, "num_beams"));
        Assert.Equal((9, "generation_config.json"), Setting(captioner, "max_length"));
        Assert.Equal(4, captioner.Caption(SampleCaptioner.Images[0]).Best.Sequence.TokenIds.Count);
    }

    [Fact]
    public async Task The_seeds_inference_run_says_what_the_seed_says_of_every_checkpoint()
    {
        using var root = new ReferenceRoot();
        root.AddModel("model.safetensors");
        root.AddPicture("a.jpg", 2);
        var plain = await new InferenceRun(root.Configuration).RunAsync(token: TestContext.Current.CancellationToken);
        using var checkpoint = CaptionCheckpoint.Open(Path.Combine(root.Models, "model.safetensors"));
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new CaptionerOptions { Decoding = { Beams = 5, EarlyStopping = EarlyStopping.WhenFull, MaxLength = 30 } });
        Assert.Equal(captioner.Caption(Path.Combine(root.Images, "a.jpg")).Text.Trim(), plain.Captions[0].Caption.Trim());
    }

    [Fact]
    public void ClipCaps_checkpoint_searches_greedily_as_ClipCap_does()
    {
        using var checkpoint = CaptionCheckpoint.Open(Path.Combine(Golden, "checkpoints", "clipcap", "mlp_tiny-000.pt"));
        using var captioner = Captioner.FromPretrained(checkpoint.Path, new() { Bases = Bases });
        Assert.Equal((DecodingStrategy.ClipCapGreedy, "checkpoint"), Setting(captioner, "strategy"));
        Assert.Equal((0, "default"), Setting(captioner, "no_repeat_ngram_size"));
    }

    private static (object Value, string Source) Setting(Captioner captioner, string key)
    {
        var setting = captioner.DescribeDecoding().Single(setting => setting.Key == key);
        return (setting.Value, setting.Source);
    }
}
