using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace CustomParts;

/// <summary>What stands where the program has no part of its own: the library's, of the small captioner that its Quickstart has.</summary>
internal static class LibraryParts
{
    public const string Metric = "rouge";

    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "model");
    private static readonly ComputeOptions Training = new() { Trainable = true };

    /// <summary>Where the decoder and the tokenizer lie.</summary>
    public static string DecoderFolder { get; } = Path.Combine(Model, "decoder");

    public static IImageEncoder OpenEncoder() => ImageEncoders.FromPretrained(Model);

    public static IPrefixProjector CreateProjector(FeatureShape features, int prefixLength, int hiddenSize, long seed) => LinearProjector.CreateFresh(
        new ProjectorConfig { Kind = LinearProjector.Kind, PrefixLength = prefixLength, EmbeddingDimension = features.Size, HiddenSize = hiddenSize }, seed, Training);

    /// <summary>It isn't fresh: it has its weights from its folder.</summary>
    public static ICaptionDecoder CreateDecoder(Gpt2Tokenizer tokenizer, long seed)
    {
        using var folder = ModelFolder.Open(DecoderFolder);
        return Gpt2CaptionDecoder.Load(folder, Training, tokenizer);
    }
}
