using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Layers.Rows;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;
using ClipGpt2.Captioning.Weights.Maps;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>GPT-2 of any size with its language-model head.</summary>
/// <remarks>
/// Follows Hugging Face's <c>GPT2LMHeadModel</c> (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019). Holds weights and
/// nothing else: any number of threads may call one model, but none while it is trained or disposed.
/// </remarks>
public sealed partial class Gpt2Model : IAutoregressiveModel, ITrainable, IDisposable
{
    private readonly Tensor _tokens; // wte [V, H]
    private readonly Tensor _positions; // wpe [positions, H]
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _head;
    private readonly LayerSet _layers;

    // Where the tied embedding is trained, the head must be the embedding itself: its gradient has both parts.
    private readonly ProductWeight? _trainedHead;

    private Gpt2Model(Gpt2Config config, Parts parts, LayerSet layers, ComputeOptions compute)
    {
        (Config, Compute, _layers) = (config, compute, layers);
        (_tokens, _positions, _blocks, _norm, _head) = parts;
        _trainedHead = compute.Trainable && config.TieWordEmbeddings ? new ProductWeight(_tokens, compute.ProductType()) : null;
    }

    /// <summary>The model's sizes and settings.</summary>
    public Gpt2Config Config { get; }

    /// <summary>How the folder that the model was loaded from says that texts are to be searched; null for a model that came from none.</summary>
    internal GenerationConfig? Generation { get; init; }

    /// <summary>Where and how the model computes.</summary>
    public ComputeOptions Compute { get; }

    /// <inheritdoc/>
    public int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    public int VocabularySize => Config.VocabularySize;

    /// <inheritdoc/>
    public int MaxPositions => Config.Positions;

    /// <inheritdoc/>
    public VisualTokens Reading => Config.AddCrossAttention ? VisualTokens.Beside : VisualTokens.Before;

    /// <summary>Loads a model from a folder in Hugging Face's form.</summary>
    /// <param name="folder">The folder, which isn't needed any more afterwards.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the processor.</param>
    /// <param name="adapter">Low-rank adapters to merge into the weights, which costs nothing later; null for none. It isn't needed any more afterwards.</param>
    /// <param name="compatibility">Whose reading of the files is followed where the versions of transformers differ.</param>
    /// <param name="logger">Is told what is odd about the files, or null.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="CheckpointFormatException">The configuration isn't GPT-2's, or weights or adapters don't fit it: every fault is listed.</exception>
    public static Gpt2Model Load(
        ModelFolder folder, ComputeOptions? compute = null, LoraAdapter? adapter = null, ModelCompatibility compatibility = default, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RefuseOther(folder);
        var config = ReadConfig(folder, compatibility);
        using var merged = adapter is null ? null : Gpt2Adapters.Merge(config, folder.Weights, adapter.Config, adapter.Weights);
        return Load(folder, config, merged ?? folder.Weights, compute, logger ?? NullLogger.Instance);
    }

    /// <exception cref="CheckpointFormatException">The folder holds another kind of model.</exception>
    internal static void RefuseOther(ModelFolder folder)
    {
        if (folder.Config.Text("model_type", Gpt2Folder.Kind) is var type && type != Gpt2Folder.Kind)
        {
            throw folder.Config.Error("model_type", $"is '{type}', and must be '{Gpt2Folder.Kind}'");
        }
    }

    /// <summary>The sizes and settings of a folder's model, checked.</summary>
    internal static Gpt2Config ReadConfig(ModelFolder folder, ModelCompatibility compatibility)
    {
        var config = Gpt2Config.Read(folder.Config) with { Compatibility = compatibility };
        config.Validate(folder.Config.File);
        return config;
    }

    /// <summary>Builds the model of a folder with other weights in the place of some of its own, or of all.</summary>
    internal static Gpt2Model Load(ModelFolder folder, Gpt2Config config, ITensorSource weights, ComputeOptions? compute, ILogger logger) =>
        Create(config, weights, compute, GenerationConfig.Read(folder, config.VocabularySize, logger), logger);

    /// <summary>Builds a model of given sizes over given weights.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="source">The weights by the names and in the shapes of Hugging Face's files; stays the caller's.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the processor.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="CheckpointFormatException">The configuration can't be, or the weights don't fit it: every fault is listed.</exception>
    public static Gpt2Model Create(Gpt2Config config, ITensorSource source, ComputeOptions? compute = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(source);
        return Create(config, source, compute, generation: null, NullLogger.Instance);
    }

    internal static Gpt2Model Create(Gpt2Config config, ITensorSource source, ComputeOptions? compute, GenerationConfig? generation, ILogger logger)
    {
        config.Validate(source.Location);
        TorchRuntime.Load();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        compute?.Validate();
        config = Gpt2Head.Settle(config, source, logger);
        source = Gpt2Head.Complete(config, source);
        using var weights = new WeightLoader(source, compute ?? new ComputeOptions(), Gpt2Names.For(source));
        var (parts, set) = LayerLoader.Load(weights, layers => Parts.Load(config, weights, layers), fewRows: true);
        return new Gpt2Model(config, parts, set, weights.Compute) { Generation = generation };
    }

    /// <inheritdoc/>
    public IDecodingSession Start(Tensor visualTokens, Tensor? attentionMask, IReadOnlyList<int>? promptIds, int maxNewTokens)
    {
        ArgumentNullException.ThrowIfNull(visualTokens);
        var start = new DecodingStart(this, visualTokens, attentionMask, promptIds ?? [], maxNewTokens);
        return Start(start, onTensors: Compute.IsCuda || !RowKernelProof.Proof.Holds || (Reading == VisualTokens.Beside && !CrossAttentionProof.Proof.Holds));
    }

    /// <summary>Starts a session over plain memory, which CPUs do best with, or on tensors, as GPUs need it.</summary>
    internal IDecodingSession Start(DecodingStart start, bool onTensors)
    {
        using var frozen = no_grad();
        if (onTensors)
        {
            return Begin(new TensorSession(this, start), session => session.Read(start));
        }

        return Begin(new RowSession(Config, _tokens, _positions, _blocks, _norm, _head), session => session.Read(start));
    }

    /// <inheritdoc/>
    public Tensor Embed(Tensor tokenIds)
    {
        using var scope = NewDisposeScope();
        return Lookup(tokenIds).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        _trainedHead?.Dispose();
        _layers.Dispose();
    }

    private static T Begin<T>(T session, Action<T> read)
        where T : IDisposable
    {
        try
        {
            read(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private sealed record Parts(Tensor Tokens, Tensor Positions, PreNormBlock[] Blocks, LayerNorm Norm, Linear Head)
    {
        public static Parts Load(Gpt2Config config, WeightLoader weights, LayerLoader layers)
        {
            var hidden = config.HiddenSize;
            var tokens = weights.Take("transformer.wte.weight", config.VocabularySize, hidden);

            // The token embedding as head: laid out for products, or as it is where it trains or lies on a GPU.
            var tied = config.TieWordEmbeddings ? layers.Tied(tokens) : null;
            weights.Ignore(name => tied is not null && name == Gpt2Names.Head);
            return new(
                layers.Keep("transformer.wte.weight", tokens),
                layers.Weight("transformer.wpe.weight", config.Positions, hidden),
                [.. Enumerable.Range(0, config.Layers).Select(i => Gpt2Block.Load(layers, config, i))],
                layers.Norm("transformer.ln_f", hidden, config.LayerNormEpsilon),
                tied ?? layers.Linear("lm_head", hidden, config.VocabularySize, bias: false));
        }
    }
}
