using System.Collections.Concurrent;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

/// <summary>Golden checkpoints as captioners, loaded once for all cases.</summary>
internal static class LoadedCheckpoints
{
    private static readonly ConcurrentDictionary<(string File, string Device), Lazy<Captioner>> Captioners = new();
    private static readonly ConcurrentDictionary<(string File, string Device), Lazy<Captioner>> Converted = new();

    /// <summary>A checkpoint's captioner; the base models' names are paths below the golden root.</summary>
    /// <param name="file">The checkpoint, below the golden root.</param>
    /// <param name="clip">Its CLIP.</param>
    /// <param name="gpt2">Its GPT-2.</param>
    /// <param name="device">Where to run.</param>
    public static Captioner Get(string file, string clip, string gpt2, string device) => Captioners.GetOrAdd((file, device), _ => new(() =>
        Load(file, clip, gpt2, new() { Device = device, Compatibility = ModelCompatibility.Transformers4 }))).Value;

    /// <summary>The same out of the folder that the checkpoint is converted into.</summary>
    public static Captioner GetConverted(string file, string clip, string gpt2, string device) => Converted.GetOrAdd((file, device), _ => new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("clipgpt2-");
        try
        {
            using (var captioner = Load(file, clip, gpt2, new() { Trainable = TrainableParts.ProjectorAndDecoder, Compatibility = ModelCompatibility.Transformers4 }))
            {
                captioner.Save(folder.FullName);
            }

            return Captioner.FromPretrained(folder.FullName, new() { Device = device });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    })).Value;

    private static Captioner Load(string file, string clip, string gpt2, CaptionerOptions options)
    {
        options.Bases = new() { Encoder = GoldenRoot.Path(clip), Decoder = GoldenRoot.Path(gpt2) };
        return Captioner.FromPretrained(GoldenRoot.Path(file), options);
    }

    /// <summary>The prefix of a golden embedding.</summary>
    public static void CheckPrefix(Captioner captioner, GoldenTensor embedding, GoldenTensor expected, double tolerance)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var prefix = captioner.Projector.Project(embedding.ToTorch().view(1, -1));
        TorchTensors.AssertNear(prefix.squeeze(0), expected, tolerance);
    }

    /// <summary>What the captioner writes upon a golden embedding, with special tokens: ClipCap shows them.</summary>
    public static IReadOnlyList<string> Texts(Captioner captioner, GoldenTensor embedding, DecodingOptions decoding) =>
        [.. captioner.Caption([new ImageEmbedding(embedding.Name, embedding.Floats.ToArray())], new CaptionOptions { Decoding = decoding })[0].Captions
            .Select(caption => captioner.Tokenizer.Decode(caption.Sequence.TokenIds)!)];
}
