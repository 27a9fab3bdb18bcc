using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>BERT or RoBERTa: contextual vectors of a text's tokens, as text metrics compare them.</summary>
/// <remarks>
/// Source: Devlin et al. 2018, Liu et al. 2019; transformers' <c>BertModel</c> and <c>RobertaModel</c>. Holds weights and nothing else: any number of
/// threads may call it.
/// </remarks>
internal sealed class BertEncoder : IDisposable
{
    private readonly LayerSet _layers;
    private readonly ComputeOptions _compute;
    private readonly Parts _parts;

    private BertEncoder(BertConfig config, Parts parts, LayerSet layers, ComputeOptions compute)
    {
        Config = config;
        _parts = parts;
        _layers = layers;
        _compute = compute;
    }

    public BertConfig Config { get; }

    /// <summary>Loads a model in Hugging Face's form, with or without the heads that it was trained with.</summary>
    /// <exception cref="CheckpointFormatException">The folder holds another kind of model, or its weights don't fit its configuration.</exception>
    public static BertEncoder Load(ModelFolder folder, ComputeOptions? compute = null) => Load(BertConfig.Read(folder.Config), folder.Weights, compute ?? new());

    public static BertEncoder Load(BertConfig config, ITensorSource weights, ComputeOptions compute)
    {
        compute.Validate();
        using var loader = new WeightLoader(weights, compute, new BertNames(weights));
        var (parts, layers) = LayerLoader.Load(loader, l => new Parts(config, l));
        return new BertEncoder(config, parts, layers, compute);
    }

    /// <summary>The vectors behind one layer; those above it aren't computed.</summary>
    /// <param name="tokenIds">Integers [B, T].</param>
    /// <param name="mask">[B, T], 0 where a position is padding; null if nothing is.</param>
    /// <param name="layer">0 for the embeddings, otherwise the number of blocks.</param>
    /// <returns>float32 [B, T, H]; the caller's own.</returns>
    /// <exception cref="CaptioningException">An id isn't in the vocabulary, a text is too long, a shape is wrong, or there is no such layer.</exception>
    public Tensor HiddenState(Tensor tokenIds, Tensor? mask, int layer)
    {
        if (layer < 0 || layer > _parts.Blocks.Length)
        {
            throw new CaptioningException($"The text encoder has {_parts.Blocks.Length} layers; layer {layer} was asked for.");
        }

        return ForwardPass.Run(_compute, () =>
        {
            var ids = TokenIds.Read(tokenIds, Config.Vocabulary, Config.MaxLength);
            var rows = _parts.Blocks[..layer].Forward(Embed(ids, tokenTypes: null), Group(ids, mask));
            return rows.view(ids.Batch, ids.Length, -1);
        });
    }

    /// <summary>Runs all layers.</summary>
    /// <param name="tokenIds">Integers [B, T].</param>
    /// <param name="mask">[B, T], 0 where a position is padding; null if nothing is.</param>
    /// <param name="tokenTypes">Integers [B, T]: which of a pair of texts a token is from; null for the first.</param>
    /// <param name="hiddenStates">Whether to keep every layer's output.</param>
    /// <exception cref="CaptioningException">An id isn't in the vocabulary, a text is too long, or a shape is wrong.</exception>
    public EncoderOutput Forward(Tensor tokenIds, Tensor? mask = null, Tensor? tokenTypes = null, bool hiddenStates = false) =>
        EncoderOutput.Run(_compute, hiddenStates, kept =>
        {
            var ids = TokenIds.Read(tokenIds, Config.Vocabulary, Config.MaxLength);
            var sequences = Group(ids, mask);
            var last = _parts.Blocks.Forward(Embed(ids, tokenTypes), sequences, kept);
            return (sequences, last, _parts.Pooler?.Forward(Attention.FirstRows(last, sequences), Activation.Tanh));
        });

    public void Dispose() => _layers.Dispose();

    /// <summary>Token, type and position vectors, summed and normalised: rows [B * T, H].</summary>
    private Tensor Embed(TokenIds ids, Tensor? tokenTypes)
    {
        using var scope = NewDisposeScope();
        var device = _compute.TorchDevice;
        var types = tokenTypes is null
            ? zeros(ids.Batch * ids.Length, ScalarType.Int64, device)
            : TokenIds.Read(ids.Matching(tokenTypes), Config.TokenTypes, Config.MaxLength).ToTensor(device);
        var sum = _parts.Tokens.index_select(0, ids.ToTensor(device))
            .Plus(_parts.Types.index_select(0, types))
            .Plus(_parts.Positions.index_select(0, tensor(Positions(ids).ToArray(), device: device)));
        return _parts.Norm.Forward(sum).MoveToOuterDisposeScope();
    }

    /// <summary>Each token's row of the position table. RoBERTa goes by the padding id, whatever the mask says.</summary>
    private IEnumerable<long> Positions(TokenIds ids)
    {
        foreach (var row in ids.Rows)
        {
            var next = Config.FirstPosition;
            foreach (var id in row)
            {
                yield return Config.CountsFromPadding && id == Config.PaddingId ? Config.PaddingId : next++;
            }
        }
    }

    private Sequences Group(TokenIds ids, Tensor? mask) => mask is null
        ? new(ids.Batch, ids.Length)
        : new(ids.Batch, ids.Length, AttentionMask.Of(ids.Matching(mask), causal: false, _compute.HiddenType(), _compute.TorchDevice));

    private sealed class Parts(BertConfig config, LayerLoader layers)
    {
        private const string Embeddings = "embeddings";

        public Tensor Tokens { get; } = layers.Weight($"{Embeddings}.word_embeddings.weight", config.Vocabulary, config.Transformer.HiddenSize);

        public Tensor Positions { get; } = layers.Weight($"{Embeddings}.position_embeddings.weight", config.Positions, config.Transformer.HiddenSize);

        public Tensor Types { get; } = layers.Weight($"{Embeddings}.token_type_embeddings.weight", config.TokenTypes, config.Transformer.HiddenSize);

        public LayerNorm Norm { get; } = layers.Norm($"{Embeddings}.LayerNorm", config.Transformer.HiddenSize, config.Transformer.Epsilon);

        public PostNormBlock[] Blocks { get; } =
            [.. Enumerable.Range(0, config.Transformer.Layers).Select(i => new PostNormBlock(layers, BlockNames.Bert($"encoder.layer.{i}"), config.Transformer))];

        /// <summary>The layer behind the pooled vector; models saved with a head for masked words have none.</summary>
        public Linear? Pooler { get; } = layers.Has("pooler.dense.weight")
            ? layers.Linear("pooler.dense", config.Transformer.HiddenSize, config.Transformer.HiddenSize)
            : null;
    }
}
