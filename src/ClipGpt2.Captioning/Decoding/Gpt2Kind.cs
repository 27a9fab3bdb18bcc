using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>GPT-2 and its tokenizer as kinds of parts.</summary>
internal static class Gpt2Kind
{
    public const string Name = "gpt2";

    /// <summary>The decoder.</summary>
    public static PartKind<ICaptionDecoder> Decoder { get; } = new(Name, Load)
    {
        Recognizes = path => ModelFolder.TypeOf(path) == Gpt2Folder.Kind,
        Identify = ModelIdentity.OfFolder,
        Measure = Measure,
        Names = new CheckpointNames(Name, "gpt."),
    };

    /// <summary>The tokenizer.</summary>
    public static PartKind<Tokenizer> Tokenizer { get; } = new(Name, context => Gpt2Tokenizer.FromPretrained(context.Path));

    private static PartSizes Measure(string path)
    {
        using var folder = ModelFolder.Open(path);
        Gpt2Model.RefuseOther(folder);
        var config = Gpt2Config.Read(folder.Config);
        return new(config.HiddenSize, config.Positions);
    }

    private static Gpt2CaptionDecoder Load(PartContext context)
    {
        using var folder = ModelFolder.Open(context.Id, context.Search);
        if (context.Stored is not { } stored)
        {
            return Gpt2CaptionDecoder.Load(folder, context.Compute, context.Tokenizer, null, context.Compatibility, context.Logger);
        }

        var config = Gpt2Model.ReadConfig(folder, context.Compatibility);
        using var weights = Weights(folder, config, stored);
        return Gpt2CaptionDecoder.Load(folder, config, weights, context);
    }

    private static ITensorSource Weights(ModelFolder folder, Gpt2Config config, StoredPart stored)
    {
        var trained = stored.Use();
        if (stored.Adapters is { } adapters)
        {
            return Gpt2Adapters.Merge(config, folder.Weights, adapters, trained);
        }

        return stored.IsWhole ? trained : new OverlaidTensors(Base(folder.Weights, trained), trained, namePrefix: "", Gpt2Names.For(folder.Weights));
    }

    /// <summary>A head in the base's file that repeats its embedding must not outlive it where the embedding was trained.</summary>
    private static ITensorSource Base(ITensorSource weights, ITensorSource trained) =>
        trained.Tensors.ContainsKey("transformer.wte.weight") && !trained.Tensors.ContainsKey(Gpt2Names.Head) ? Gpt2Head.Without(weights) : weights;
}
