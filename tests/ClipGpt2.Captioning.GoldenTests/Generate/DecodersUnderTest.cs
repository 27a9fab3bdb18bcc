using System.Collections.Concurrent;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>The decoders that the cases name, loaded once.</summary>
internal static class DecodersUnderTest
{
    private static readonly ConcurrentDictionary<(string Model, string Device, ModelCompatibility Compatibility), Lazy<(Gpt2CaptionDecoder, Gpt2Tokenizer)>> Loaded = new();

    public static (Gpt2CaptionDecoder Decoder, Gpt2Tokenizer Tokenizer) Get(string model, string device, ModelCompatibility compatibility = ModelCompatibility.Transformers4) =>
        Loaded.GetOrAdd((model, device, compatibility), key => new(() => Load(key.Model, key.Device, key.Compatibility))).Value;

    private static (Gpt2CaptionDecoder Decoder, Gpt2Tokenizer Tokenizer) Load(string model, string device, ModelCompatibility compatibility)
    {
        var path = Harness.GoldenRoot.Path(model);
        var tokenizer = Gpt2Tokenizer.FromPretrained(path);
        using var folder = ModelFolder.Open(path);
        return (Gpt2CaptionDecoder.Load(folder, new ComputeOptions { Device = device }, tokenizer, compatibility: compatibility), tokenizer);
    }
}
