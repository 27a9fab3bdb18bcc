using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Decoding;

/// <summary>A file with a head of its own under a configuration that ties it to the token embedding, on all ways through the library.</summary>
public sealed class OwnHeadTests : IDisposable
{
    private const string Head = "lm_head.weight";
    private const string Embedding = "transformer.wte.weight";

    private readonly CaptionerCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Theory]
    [InlineData(ModelCompatibility.Transformers5, true)]
    [InlineData(ModelCompatibility.Transformers4, false)]
    public void A_captioner_keeps_another_head_or_drops_it_and_says_which(ModelCompatibility compatibility, bool isKept)
    {
        AddHead(factor: -1);
        var log = new ListLogger<Captioner>();
        using var captioner = _copy.Load(new CaptionerOptions { Compatibility = compatibility }, log);
        using var tied = SampleCaptioner.Load();
        Assert.Equal(!isKept, tied.Caption(SampleCaptioner.Images[0]).Text == captioner.Caption(SampleCaptioner.Images[0]).Text);
        Assert.Contains(log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(Head, StringComparison.Ordinal) && line.Contains(isKept ? "kept" : "dropped", StringComparison.Ordinal));
    }

    [Fact]
    public void An_equal_head_is_tied_in_silence()
    {
        AddHead(factor: 1);
        var log = new ListLogger<Captioner>();
        using var captioner = _copy.Load(log: log);
        Assert.True(((Gpt2CaptionDecoder)captioner.Decoder).Model.Config.TieWordEmbeddings);
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public void A_conversion_keeps_it_and_says_so_in_the_configuration()
    {
        AddHead(factor: -1);
        ModelConversion.Convert(_copy.Decoder, _copy.PathOf("converted"));
        using var folder = ModelFolder.Open(_copy.PathOf("converted"));
        Assert.False(folder.Config.Flag("tie_word_embeddings", true));
        Assert.True(folder.Weights.Tensors.ContainsKey(Head));
    }

    [Fact]
    public void A_captioner_that_was_trained_on_a_base_that_repeats_its_embedding_stays_tied()
    {
        AddHead(factor: 1);
        var file = _copy.PathOf("trained.safetensors");
        string caption;
        using (var captioner = _copy.Load(new CaptionerOptions { Trainable = TrainableParts.Decoder | TrainableParts.Projector }))
        {
            var decoder = (Gpt2CaptionDecoder)captioner.Decoder;
            using (no_grad())
            {
                decoder.NamedParameters().Single(p => p.Key == Embedding).Value.mul_(1.25.ToScalar());
            }

            using var fast = decoder.ForInference();
            using var inference = new Captioner(captioner.Encoder, captioner.Projector, fast, captioner.Tokenizer);
            caption = inference.Caption(SampleCaptioner.Images[0]).Text;
            var options = new CaptionTrainerOptions();
            new CheckpointWriter(captioner, new TrainedModel(captioner, options.Freezing), RunDescription.Of(captioner, options)).Write(file, trainLoss: 1, figures: null);
        }

        using var checkpoint = CaptionCheckpoint.Open(file);
        using var loaded = Captioner.FromPretrained(checkpoint.Path);
        Assert.True(((Gpt2CaptionDecoder)loaded.Decoder).Model.Config.TieWordEmbeddings);
        Assert.Equal(caption, loaded.Caption(SampleCaptioner.Images[0]).Text);
    }

    /// <summary>Puts a head into the decoder's file: the embedding times a factor.</summary>
    private void AddHead(float factor)
    {
        var path = _copy.PathOf("decoder/model.safetensors");
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> weights;
        using (var file = SafetensorsFile.Open(path))
        {
            weights = file.Tensors.Keys.ToDictionary(name => name, name => file.Read(name).clone());
        }

        weights[Head] = weights[Embedding].mul(factor.ToScalar());
        SafetensorsWriter.Write(path, weights, new Dictionary<string, string> { ["format"] = "pt" });
    }
}
