namespace ClipGpt2.Captioning.Parts;

/// <summary>What the parts of a captioner are to it, by the names of their sections in <c>captioner.json</c>.</summary>
internal static class PartRole
{
    public const string Encoder = "encoder";
    public const string Projector = "projector";
    public const string Decoder = "decoder";
    public const string Tokenizer = "tokenizer";
    public const string TextEncoder = "text_encoder";

    /// <summary>A role in words.</summary>
    public static string InWords(string role) => role.Replace('_', ' ');
}
