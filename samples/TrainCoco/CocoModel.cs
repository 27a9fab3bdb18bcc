using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace TrainCoco;

/// <summary>A captioner of CLIP and GPT-2 as they are downloaded, and a projector that knows nothing yet.</summary>
internal sealed class CocoModel : IDisposable
{
    private const long Seed = 42;

    private readonly ClipImageEncoder _encoder;
    private readonly LayeredProjector _projector;
    private readonly Gpt2CaptionDecoder _decoder;

    private CocoModel(ClipImageEncoder encoder, LayeredProjector projector, Gpt2CaptionDecoder decoder, Gpt2Tokenizer tokenizer, string device)
    {
        (_encoder, _projector, _decoder) = (encoder, projector, decoder);
        Captioner = new Captioner(encoder, projector, decoder, tokenizer, new CaptionerOptions { Device = device });
    }

    public Captioner Captioner { get; }

    /// <summary>The number of GPT-2's blocks.</summary>
    public int Blocks => _decoder.Model.Config.Layers;

    /// <summary>Loads CLIP and GPT-2 and draws the projector.</summary>
    public static CocoModel Load(string clip, string gpt2, CocoRecipe recipe, string device)
    {
        var trained = new ComputeOptions { Device = device, Trainable = true };
        using var clipFolder = ModelFolder.Open(clip);
        using var gpt2Folder = ModelFolder.Open(gpt2);
        var encoder = ClipImageEncoder.Load(clipFolder, Preprocessor(clipFolder.Path, recipe.Form), new ComputeOptions { Device = device });
        var tokenizer = Gpt2Tokenizer.FromPretrained(gpt2Folder.Path);
        var decoder = Gpt2CaptionDecoder.Load(gpt2Folder, trained, tokenizer);
        var sizes = recipe.Projector(encoder.Features.Size, decoder.HiddenSize);
        LayeredProjector projector = sizes.Kind == TransformerProjector.Kind
            ? TransformerProjector.CreateFresh(sizes, Seed, trained)
            : LinearTanhProjector.CreateFresh(sizes, Seed, trained);
        return new CocoModel(encoder, projector, decoder, tokenizer, device);
    }

    public void Dispose()
    {
        Captioner.Dispose();
        _encoder.Dispose();
        _projector.Dispose();
        _decoder.Dispose();
    }

    /// <summary>CLIP's own preparation of pictures, before which the reference program squashes them to the size that CLIP takes.</summary>
    private static ImagePreprocessor Preprocessor(string folder, CocoForm form)
    {
        var own = ImagePreprocessor.Load(folder);
        return form == CocoForm.Reference ? new ImagePreprocessor(own.Options with { Squash = own.Options.CropSize }) : own;
    }
}
