using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Tests.Parts;

/// <summary>A tiny model of every kind in the registry. Whoever adds a kind adds a line here, and <see cref="EveryKindTests"/> has it.</summary>
/// <remarks>All vectors have one size, so that every kind fits every other.</remarks>
internal sealed class TinyParts : IDisposable
{
    public const int Size = 48;

    private const int PrefixLength = 3;

    /// <summary>Where a tiny encoder of a kind lies; it is written there first, if need be.</summary>
    public static readonly IReadOnlyDictionary<string, Func<TinyParts, string>> Encoders = new Dictionary<string, Func<TinyParts, string>>
    {
        ["clip"] = _ => Golden("tiny-clip"),
        ["siglip"] = _ => Golden("tiny-siglip"),
        [HostEncoder.Name] = parts => parts.Write("host-encoder.safetensors", path => HostEncoder.Write(path, Size)),
    };

    /// <summary>What a tiny projector of a kind says of itself beside the sizes that all have.</summary>
    public static readonly IReadOnlyDictionary<string, JsonObject> Projectors = new Dictionary<string, JsonObject>
    {
        [LinearTanhProjector.Kind] = [],
        [LinearProjector.Kind] = [],
        [IdentityProjector.Kind] = new() { ["prefix_length"] = 1 },
        [MlpProjector.Kind] = [],
        [TransformerProjector.Kind] = new() { ["num_layers"] = 1 },
        [HostProjector.Name] = [],
    };

    /// <summary>Where a tiny decoder of a kind lies; null if it is made afresh.</summary>
    public static readonly IReadOnlyDictionary<string, Func<TinyParts, string>?> Decoders = new Dictionary<string, Func<TinyParts, string>?>
    {
        ["gpt2"] = parts => parts.Write("gpt2", WriteGpt2),
        [HostDecoder.Name] = null,
    };

    private readonly TemporaryFolder _folder = new();

    /// <summary>The library's kinds and the host's.</summary>
    public static CaptionerParts Kinds { get; } = new CaptionerParts()
        .Add(HostEncoder.Kind)
        .Add(HostProjector.Kind)
        .Add(HostDecoder.Kind)
        .Add(HostTokenizer.Kind);

    public string Folder => _folder.Path;

    private static string TokenizerFolder { get; } = Path.Combine(SampleCaptioner.Folder, "decoder");

    public static CaptionerOptions Options(TrainableParts trainable = TrainableParts.None) => new() { Parts = Kinds, Trainable = trainable };

    /// <summary>A captioner of three kinds, all of which can be trained; the owner disposes what it is made of.</summary>
    public Captioner Make(string encoder, string projector, string decoder, List<IDisposable> owner, Tokenizer? ownTokenizer = null)
    {
        var tokenizer = ownTokenizer ?? Gpt2Tokenizer.FromPretrained(TokenizerFolder);
        var made = new Captioner(
            Own(Kinds.Encoders.Find(encoder)!.Load(Context(new() { ["kind"] = encoder }, Encoders[encoder](this)))),
            Own(Kinds.Projectors.Find(projector)!.CreateFresh!(Context(Described(projector), "a fresh projector"), 5)),
            Own(Decoder(decoder, tokenizer)),
            tokenizer,
            Options());
        owner.Add(made);
        return made;

        T Own<T>(T part)
            where T : IDisposable
        {
            owner.Insert(0, part);
            return part;
        }
    }

    public void Dispose() => _folder.Dispose();

    private ICaptionDecoder Decoder(string kind, Tokenizer tokenizer)
    {
        var description = new JsonObject { ["kind"] = kind, ["vocab_size"] = (tokenizer as Gpt2Tokenizer)?.VocabularySize ?? 560, ["hidden_size"] = Size };
        return Decoders[kind] is { } place
            ? Kinds.Decoders.Find(kind)!.Load(Context(description, place(this)) with { Tokenizer = tokenizer })
            : Kinds.Decoders.Find(kind)!.CreateFresh!(Context(description, "a fresh decoder") with { Tokenizer = tokenizer }, 6);
    }

    private static JsonObject Described(string projector)
    {
        var description = new JsonObject { ["kind"] = projector, ["prefix_length"] = PrefixLength, ["embedding_dim"] = Size, ["hidden_size"] = Size };
        foreach (var (name, value) in Projectors[projector])
        {
            description[name] = value!.DeepClone();
        }

        return description;
    }

    private static PartContext Context(JsonObject description, string path) =>
        new(ConfigSection.Parse("tiny", JsonSerializer.SerializeToUtf8Bytes(description)), path, new ComputeOptions { Trainable = true });

    private static string Golden(string name) => Path.Combine(SampleCaptioner.Repository, "tests", "golden", "models", name);

    private string Write(string name, Action<string> write)
    {
        var path = _folder.File(name);
        if (!Path.Exists(path))
        {
            write(path);
        }

        return path;
    }

    private static void WriteGpt2(string folder)
    {
        var tokenizer = Gpt2Tokenizer.FromPretrained(TokenizerFolder);
        var config = new Gpt2Config
        {
            HiddenSize = Size, Layers = 1, Heads = 4, Positions = 64, VocabularySize = tokenizer.VocabularySize, InitializerRange = 0.3,
            EosTokenId = tokenizer.EndOfTextId, BosTokenId = tokenizer.EndOfTextId, EmbeddingDropout = 0, AttentionDropout = 0, ResidualDropout = 0,
        };
        using var decoder = new Gpt2CaptionDecoder(Gpt2Model.CreateFresh(config, seed: 3, new ComputeOptions { Trainable = true }), tokenizer);
        decoder.Save(folder);
        ((ISavablePart)tokenizer).Save(folder);
    }
}
