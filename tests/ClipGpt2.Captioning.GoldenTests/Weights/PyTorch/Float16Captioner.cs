using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>Captions with a float16 state dict in a float32 model, set up as the case's note says.</summary>
internal static class Float16Captioner
{
    public static void Check(Tracked captions, ITensorSource source, CaptioningNote note)
    {
        using var clip = ModelFolder.Open(GoldenRoot.Path("models/tiny-clip"));
        var preprocessor = ImagePreprocessor.Load(clip.Path);
        using var encoder = ClipImageEncoder.Load(clip, new ImagePreprocessor(preprocessor.Options with { Squash = note.ImageSize }));
        var config = Gpt2Config.Read(ConfigSection.Load(GoldenRoot.Path(note.Base + "/config.json"))) with { Compatibility = ModelCompatibility.Transformers4 };
        var tokenizer = Gpt2Tokenizer.FromPretrained(GoldenRoot.Path(note.Base));
        using var weights = new PartOfTensors(source, "gpt.");
        using var decoder = new Gpt2CaptionDecoder(Gpt2Model.Create(config, weights), tokenizer);
        using var projector = Projector(source, config.HiddenSize);
        var decoding = new DecodingOptions { Beams = note.Beams, MaxNewTokens = note.MaxLength - projector.PrefixLength };
        using var captioner = new Captioner(encoder, projector, decoder, tokenizer, new CaptionerOptions { Decoding = decoding });
        foreach (var expected in captions.Items())
        {
            expected["margin"].Informational();
            var caption = captioner.Caption(GoldenRoot.Path(expected["image"].Text()));
            Assert.Equal(expected["caption"].Text(), caption.Text);
            Assert.Equal(expected["token_ids"].Integers(), caption.Best.Sequence.TokenIds);
        }
    }

    private static LinearTanhProjector Projector(ITensorSource source, int hiddenSize)
    {
        using var part = new PartOfTensors(source, "projector.");
        using var loader = new WeightLoader(part, new ComputeOptions());
        return LinearTanhProjector.Create(ProjectorInference.Find(part, "", hiddenSize), loader);
    }
}
