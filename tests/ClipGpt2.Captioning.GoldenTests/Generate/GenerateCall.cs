using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>One call of <c>generate</c>: model, inputs and options of a case.</summary>
internal sealed class GenerateCall
{
    private readonly GoldenCase _golden;
    private readonly GoldenTensorFile _inputs;
    private readonly string _inputName;

    public GenerateCall(GoldenCase golden, JsonElement call, ModelCompatibility compatibility = ModelCompatibility.Transformers4)
    {
        _golden = golden;
        _inputs = GoldenTensorFile.Open(golden.Root.GetProperty("inputs").GetString()!);
        _inputName = call.GetProperty("inputs").GetString()!;
        (Decoder, Tokenizer) = DecodersUnderTest.Get(call.GetProperty("model").GetString()!, golden.Device, compatibility);
        Rows = Arguments.Ids(call.GetProperty("rows"));
        Prefix = _inputs[_inputName];
        Mask = call.TryGetProperty("attention_mask", out var mask) && mask.ValueKind == JsonValueKind.String ? _inputs[mask.GetString()!] : null;
        Options = GenerateOptions.Read(call.GetProperty("options"), compatibility);
        Compatibility = compatibility;
    }

    /// <summary>Whose model and whose defaults.</summary>
    public ModelCompatibility Compatibility { get; }

    public Gpt2CaptionDecoder Decoder { get; }

    public Gpt2Tokenizer Tokenizer { get; }

    public int[] Rows { get; }

    public GoldenTensor Prefix { get; }

    public GoldenTensor? Mask { get; }

    public DecodingOptions Options { get; }

    public int PrefixLength => (int)Prefix.Shape[1];

    /// <summary>The result of each of some rows, searched as one batch.</summary>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(IReadOnlyList<int> rows, DecodingOptions? options = null)
    {
        using var scope = NewDisposeScope();
        return Decoder.Decode(Prefix.Rows(rows).ToTorch(_golden.Device), Mask?.Rows(rows).ToTorch(_golden.Device), options ?? Options);
    }

    /// <summary>Where the inputs are a prefix with an embedded prompt: the same call with the prompt's ids as an option. Else null.</summary>
    public IReadOnlyList<IReadOnlyList<DecodedSequence>>? DecodeWithPromptIds()
    {
        var prefixLength = _golden.Root.GetProperty("prefix_length").GetInt32();
        var prompt = Arguments.Ids(_golden.Root.GetProperty("prompt").GetProperty("ids"));
        if (_inputName != "prompt_embeds")
        {
            return null;
        }

        Assert.Equal(PrefixLength, prefixLength + prompt.Length);
        using var scope = NewDisposeScope();
        var options = Options.Clone();
        options.PromptIds = prompt;
        return Decoder.Decode(Prefix.Rows(Rows).ToTorch(_golden.Device).narrow(1, 0, prefixLength), options);
    }

    public string Text(DecodedSequence sequence) => Text(sequence.TokenIds);

    public string Text(IEnumerable<int> ids) => Tokenizer.Decode(ids, skipSpecialTokens: true);
}
