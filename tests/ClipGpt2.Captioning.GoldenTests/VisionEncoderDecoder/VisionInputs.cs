using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

/// <summary>The inputs and options of one case of <c>vision_encoder_decoder/forward.json</c>.</summary>
internal sealed class VisionInputs
{
    private const long Ignored = -100;

    private static readonly string[] Known =
    [
        "pixel_values", "encoder_hidden_states", "labels", "decoder_input_ids", "decoder_inputs_embeds", "decoder_attention_mask", "decoder_position_ids",
    ];

    private readonly GoldenCase _golden;

    public VisionInputs(GoldenCase golden, ModelCompatibility compatibility)
    {
        _golden = golden;
        Assert.All(golden.Json.GetProperty("inputs").EnumerateObject(), input => Assert.Contains(input.Name, Known));
        var options = golden.Part("options");
        BFloat16 = options.Find("dtype") is { } type && Value(type.Text(), "bfloat16");
        Chunks = options.Find("chunks")?.Integers();
        var isEager = options.Find("attn_implementation") is { } attention && Value(attention.Text(), "eager", "sdpa");
        var compute = new ComputeOptions { Device = golden.Device, Precision = BFloat16 ? Precision.BFloat16 : Precision.Float32 };
        Model = VisionModelUnderTest.For(GoldenRoot.Path(Path.Combine("vision_encoder_decoder", golden.Json.GetProperty("model").GetString()!)), compute, compatibility, isEager);
        Encoded = Find("pixel_values") is { } pixels ? Model.Encode(pixels) : null;
        States = Model.Project(Encoded?.LastHiddenState ?? Find("encoder_hidden_states")!);
    }

    public VisionModelUnderTest Model { get; }

    public bool BFloat16 { get; }

    /// <summary>The lengths of the pieces that the text is read in; null for all at once.</summary>
    public int[]? Chunks { get; }

    /// <summary>What the encoder gives; null where the case gives its states.</summary>
    public Encoders.EncoderOutput? Encoded { get; }

    /// <summary>What the decoder looks at.</summary>
    public Tensor States { get; }

    public Tensor? Labels => Find("labels");

    public Tensor? Mask => Find("decoder_attention_mask");

    /// <summary>What the decoder reads: as given, or the labels one place later behind the start token.</summary>
    public Tensor? Ids => Find("decoder_input_ids") ?? (Labels is { } labels ? Shifted(labels) : null);

    /// <summary>Whether the text is ids without padding, so that a session can write it.</summary>
    public bool IsPlain => Find("decoder_inputs_embeds") is null && Mask is null;

    public Gpt2Input Whole() => new()
    {
        Embeddings = Find("decoder_inputs_embeds"), TokenIds = Ids, AttentionMask = Mask, PositionIds = Find("decoder_position_ids"), EncoderStates = States, WithHiddenStates = true, WithPresent = true,
    };

    private static bool Value(string value, string on, string? off = null)
    {
        Assert.Contains(value, new[] { on, off });
        return value == on;
    }

    private Tensor Shifted(Tensor labels)
    {
        var shifted = cat([full([labels.shape[0], 1], Model.StartToken, ScalarType.Int64, labels.device), labels.slice(1, 0, -1, 1)], 1);
        return where(shifted.eq(Ignored), full_like(shifted, Model.PadToken), shifted);
    }

    private Tensor? Find(string role) =>
        _golden.Json.GetProperty("inputs").TryGetProperty(role, out var name) ? _golden.Tensors[name.GetString()!].ToTorch(_golden.Device) : null;
}
