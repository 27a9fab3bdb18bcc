using System.Text.Json.Nodes;
using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace CustomParts.Decoder;

/// <summary>An own decoder: the library's searches over a <see cref="RecurrentModel"/>.</summary>
internal sealed class RecurrentDecoder : CaptionDecoder, ITrainable, ISavablePart
{
    public const string KindName = "recurrent";

    private const string FileName = "model.safetensors";
    private const int StateSize = 96;

    private readonly RecurrentModel _model;
    private readonly int _endToken;

    private RecurrentDecoder(RecurrentModel model, int endToken, Tokenizer? tokenizer)
        : base(model, [endToken], tokenizer) => (_model, _endToken) = (model, endToken);

    /// <summary>The kind, for <c>CaptionerOptions.Parts</c>.</summary>
    public static PartKind<ICaptionDecoder> Kind { get; } = new(KindName, Load);

    string ISavablePart.Kind => KindName;

    /// <summary>Creates the decoder with fresh weights.</summary>
    public static RecurrentDecoder CreateFresh(Gpt2Tokenizer tokenizer, long seed) =>
        new(new RecurrentModel(tokenizer.VocabularySize, StateSize).Draw(seed), tokenizer.EndOfTextId, tokenizer);

    private static RecurrentDecoder Load(PartContext context)
    {
        var model = new RecurrentModel(context.Description.Int("vocab_size"), context.Description.Int("hidden_size"));
        return new(model.Read(context), context.Description.Int("eos_token_id"), context.Tokenizer);
    }

    /// <summary>The logits of given tokens. Padding comes last, where nothing real reads it: the mask changes nothing.</summary>
    public override Tensor Forward(Tensor prefix, Tensor tokenIds, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        Tensor? state = null;
        var states = new List<Tensor>();
        foreach (var vector in cat([prefix, _model.Embed(tokenIds)], 1).unbind(1))
        {
            state = _model.Step(vector, state);
            states.Add(state);
        }

        return _model.Score(stack(states, 1)).MoveToOuterDisposeScope(); // [B, P + T, V]
    }

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _model.ByName();

    void ISavablePart.Describe(JsonObject description) =>
        (description["vocab_size"], description["hidden_size"], description["eos_token_id"]) = (_model.VocabularySize, _model.HiddenSize, _endToken);

    void ISavablePart.Save(string path)
    {
        Directory.CreateDirectory(path);
        SafetensorsWriter.Write(Path.Combine(path, FileName), NamedParameters());
    }
}
