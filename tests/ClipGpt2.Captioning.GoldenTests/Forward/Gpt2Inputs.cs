using System.Collections.Concurrent;
using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>The inputs and options of one case of <c>gpt2.json</c>.</summary>
internal sealed class Gpt2Inputs
{
    private static readonly ConcurrentDictionary<(string Path, ComputeOptions Compute, ModelCompatibility Compatibility), Lazy<Gpt2Model>> Models = new();

    private static readonly string[] Known = ["input_ids", "token_ids", "clip_embed", "prefix", "inputs_embeds", "attention_mask", "position_ids", "labels", "token_mask"];

    private readonly GoldenCase _golden;
    private readonly Tensor? _ids;

    public Gpt2Inputs(GoldenCase golden, ModelCompatibility compatibility)
    {
        (_golden, Compatibility) = (golden, compatibility);
        Options = golden.Part("options");
        Tensors = GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!);
        BFloat16 = Options.Find("dtype") is { } type && IsBFloat16(type.Text());
        Compute = new ComputeOptions { Device = golden.Device, Precision = BFloat16 ? Precision.BFloat16 : Precision.Float32 };
        _ids = AppendAsAsked(Find("input_ids") ?? Find("token_ids"));
        CheckRemarks();
    }

    /// <summary>Whose reading of the model's files.</summary>
    public ModelCompatibility Compatibility { get; }

    public Tracked Options { get; }

    public GoldenTensorFile Tensors { get; }

    public ComputeOptions Compute { get; }

    public bool BFloat16 { get; }

    public Gpt2Model Model => ModelFor(Compute);

    public string ModelPath => GoldenRoot.Path(_golden.Root.GetProperty("model").GetString()!);

    public string Device => _golden.Device;

    public JsonElement Root => _golden.Root;

    /// <summary>What the whole pass reads.</summary>
    public Gpt2Input Whole() => new() { Embeddings = Vectors(prefixOnly: _ids is not null), TokenIds = _ids, AttentionMask = Find("attention_mask"), PositionIds = Find("position_ids") };

    /// <summary>The pass over columns [begin, end), where the prefix's come first and the mask covers those before.</summary>
    public Gpt2Input Piece(int begin, int end)
    {
        var prefix = Vectors(prefixOnly: true);
        var first = prefix is null ? 0 : (int)prefix.shape[1];
        Assert.True(begin >= first || (begin == 0 && end == first), "A piece is the prefix or lies behind it.");
        return new()
        {
            Embeddings = begin < first ? prefix : null,
            TokenIds = begin < first ? null : _ids!.slice(1, begin - first, end - first, 1),
            AttentionMask = Find("attention_mask")?.slice(1, 0, end, 1),
            PositionIds = Find("position_ids")?.slice(1, begin, end, 1),
        };
    }

    /// <summary>The columns of the first pass.</summary>
    public int Prefill()
    {
        var prefill = Options["prefill"];
        if (prefill.Kind == JsonValueKind.Number)
        {
            return (int)prefill.Integer();
        }

        Assert.Equal("prefix", prefill.Text());
        return (int)Vectors(prefixOnly: true)!.shape[1];
    }

    /// <summary>Padding and positions.</summary>
    public PaddedColumns Columns() => new(Find("attention_mask"), Find("position_ids"));

    /// <summary>A session that has read the first columns, of which every row must have one that isn't padding.</summary>
    public IDecodingSession StartSession(int columns, int steps) =>
        Model.Start(Vectors().slice(1, 0, columns, 1), Find("attention_mask")?.slice(1, 0, columns, 1), null, steps);

    /// <summary>Each row's token in a column that counts the prefix's too.</summary>
    public int[] TokensAt(int column)
    {
        var prefix = Vectors(prefixOnly: true);
        return [.. _ids!.select(1, column - (prefix?.shape[1] ?? 0)).cpu().contiguous().data<long>().Select(id => (int)id)];
    }

    /// <summary>All that is read, as vectors.</summary>
    public Tensor Vectors() => _ids is null ? Vectors(prefixOnly: true)! : Vectors(prefixOnly: true) is { } prefix ? cat([prefix, Model.Embed(_ids)], 1) : Model.Embed(_ids);

    /// <summary>The attention mask of the run that a tensor is from, whose padding isn't to be compared; null if nothing was padded.</summary>
    public long[]? MaskOf(string tensor)
    {
        var expected = Tensors[tensor];
        var name = tensor[..(tensor.LastIndexOf('/') + 1)] + "attention_mask";
        var mask = Tensors.Contains(name) ? Tensors[name] : _golden.Json.GetProperty("inputs").TryGetProperty("attention_mask", out var own) ? Tensors[own.GetString()!] : null;
        return mask is not null && mask.Shape.AsSpan().SequenceEqual(expected.Shape.AsSpan()[..^1]) ? mask.Longs.ToArray() : null;
    }

    public Gpt2Training ForTraining() => new(this, _ids!);

    public Gpt2Model ModelFor(ComputeOptions compute) => Models.GetOrAdd((ModelPath, compute, Compatibility), key => new(() => Load(key.Path, key.Compute, key.Compatibility))).Value;

    public static Gpt2Model Load(string path, ComputeOptions compute, ModelCompatibility compatibility)
    {
        using var folder = ModelFolder.Open(path);
        return Gpt2Model.Load(folder, compute, compatibility: compatibility);
    }

    /// <summary>An input by its role; a case without inputs uses those that the file's other cases share.</summary>
    public Tensor? Find(string role)
    {
        var inputs = _golden.Json.GetProperty("inputs");
        if (inputs.TryGetProperty(role, out var name))
        {
            return Tensors[name.GetString()!].ToTorch(Device);
        }

        return !inputs.EnumerateObject().Any() && role is "clip_embed" or "token_ids" && !inputs.EnumerateObject().Any()
            ? Tensors[$"inputs_embeds/{role}"].ToTorch(Device)
            : null;
    }

    /// <summary>The prefix: as the case gives it, or made by the projector.</summary>
    public Tensor? Vectors(bool prefixOnly)
    {
        var given = Find("prefix") ?? (prefixOnly ? null : Find("inputs_embeds"));
        return Find("clip_embed") is { } embeddings ? Project(embeddings, given) : given;
    }

    private Tensor Project(Tensor embeddings, Tensor? given)
    {
        using var projector = LoadProjector(GoldenRoot.Path(Root.GetProperty("projector").GetString()!));
        var prefix = projector.Project(embeddings);
        if (given is not null)
        {
            Assert.True(prefix.allclose(given, atol: 3e-5), "The projector doesn't give the case's prefix.");
        }

        return prefix;
    }

    /// <summary>The projector that its own description names, which its tensors alone must tell too.</summary>
    private LinearTanhProjector LoadProjector(string path)
    {
        var config = ProjectorConfig.Read(ConfigSection.Load(Path.ChangeExtension(path, ".json")));
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(config, ProjectorInference.Find(file, "", Model.HiddenSize));
        using var weights = new WeightLoader(file, Compute);
        return LinearTanhProjector.Create(config, weights);
    }

    private Tensor? AppendAsAsked(Tensor? ids)
    {
        if (Options.Find("append") is not { } append)
        {
            return ids;
        }

        Assert.StartsWith("its own first token", append.Text(), StringComparison.Ordinal);
        return cat([ids!, ids!.slice(1, 0, 1, 1)], 1);
    }

    private static bool IsBFloat16(string type)
    {
        Assert.Matches("^(bfloat16|float32)( \\(.*\\))?$", type);
        return type.StartsWith("bfloat16", StringComparison.Ordinal);
    }

    /// <summary>Options that say what the inputs show already.</summary>
    private void CheckRemarks()
    {
        Assert.All(_golden.Json.GetProperty("inputs").EnumerateObject(), input => Assert.Contains(input.Name, Known));
        foreach (var absent in new[] { "attention_mask", "position_ids" })
        {
            if (Options.Find(absent) is { } option)
            {
                Assert.True(option.IsNull && Find(absent) is null, $"{option.Path} and the inputs disagree.");
            }
        }

        if (Options.Find("prefix_length") is { } length)
        {
            Assert.Equal(length.Integer(), Vectors(prefixOnly: true)!.shape[1]);
        }

        if (Options.Find("n_positions") is { } positions)
        {
            Assert.Equal(positions.Integer(), Model.MaxPositions);
        }
    }
}
