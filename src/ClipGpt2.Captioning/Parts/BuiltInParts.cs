using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Projectors;

namespace ClipGpt2.Captioning.Parts;

/// <summary>The library's own kinds of parts: one line each.</summary>
internal static class BuiltInParts
{
    public static void AddTo(CaptionerParts parts) => parts
        .Add(ClipKind.Encoder)
        .Add(SiglipKind.Encoder)
        .Add(ClipKind.TextEncoder)
        .Add(LinearTanhProjector.Part)
        .Add(LinearProjector.Part)
        .Add(IdentityProjector.Part)
        .Add(MlpProjector.Part)
        .Add(TransformerProjector.Part)
        .Add(Gpt2Kind.Decoder)
        .Add(Gpt2Kind.Tokenizer);
}
