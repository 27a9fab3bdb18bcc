using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Decoding;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>A host's decoder without a base, which reads visual tokens beside its text and lies in one file.</summary>
internal sealed class HostDecoder : CaptionDecoder, ITrainable, ISavablePart
{
    public const string Name = "host-beside";

    private const int Start = 0;

    private readonly BesideModel _model;

    private HostDecoder(BesideModel model, Tokenizer? tokenizer)
        : base(model, [BesideModel.EndToken], tokenizer, Start) => _model = model;

    public static PartKind<ICaptionDecoder> Kind { get; } = new(Name, Load)
    {
        CreateFresh = (context, seed) => Create(context, seed),
    };

    string ISavablePart.Kind => Name;

    public override Tensor Forward(Tensor visualTokens, Tensor tokenIds, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        return _model.Logits(visualTokens, ShiftedRight(tokenIds)).MoveToOuterDisposeScope();
    }

    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters() => _model.NamedParameters();

    void ISavablePart.Describe(JsonObject description) => (description["vocab_size"], description["hidden_size"]) = (_model.VocabularySize, _model.HiddenSize);

    void ISavablePart.Save(string path) => SafetensorsWriter.Write(path, NamedParameters().Select(p => KeyValuePair.Create(p.Key, p.Value.detach())));

    private static HostDecoder Create(PartContext context, long seed) =>
        new(new BesideModel(context.Description.Int("vocab_size"), context.Description.Int("hidden_size"), seed), context.Tokenizer);

    private static HostDecoder Load(PartContext context)
    {
        var decoder = Create(context, seed: 1);
        using var frozen = no_grad();
        using var weights = context.OpenWeights();
        foreach (var (name, weight) in decoder.NamedParameters())
        {
            using var stored = weights.Read(name);
            weight.copy_(stored);
        }

        return decoder;
    }
}
