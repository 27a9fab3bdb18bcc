using ClipGpt2.Captioning.Encoders.Transformer;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's pooling: one learned query attends to all patches, and an MLP refines what it found.</summary>
/// <remarks>Source: transformers' <c>SiglipMultiheadAttentionPoolingHead</c>. Safe from any number of threads.</remarks>
internal sealed class AttentionPooling
{
    private readonly Tensor _query;
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly Linear _output;
    private readonly LayerNorm _norm;
    private readonly FeedForward _feedForward;
    private readonly int _heads;

    public AttentionPooling(LayerLoader layers, string name, TransformerConfig config)
    {
        var size = config.HiddenSize;
        _heads = config.Heads;
        _query = layers.Weight($"{name}.probe", 1, 1, size);

        // Queries, keys and values in one matrix, as nn.MultiheadAttention has them. It stays plain: the query needs a third of it alone.
        _weight = layers.Weight($"{name}.attention.in_proj_weight", 3L * size, size);
        _bias = layers.Weight($"{name}.attention.in_proj_bias", 3L * size);
        _output = layers.Linear($"{name}.attention.out_proj", size, size);
        _norm = layers.Norm($"{name}.layernorm", size, config.Epsilon);
        _feedForward = FeedForward.Load(layers, $"{name}.mlp.fc1", $"{name}.mlp.fc2", config);
    }

    /// <summary>Pools rows [B * T, H] to [B, H].</summary>
    public Tensor Forward(Tensor x, Sequences sequences)
    {
        using var scope = NewDisposeScope();
        var size = x.shape[1];
        var query = nn.functional.linear(_query.view(1, size), _weight.narrow(0, 0, size), _bias.narrow(0, 0, size)).expand(sequences.Batch, size);
        var keysAndValues = nn.functional.linear(x, _weight.narrow(0, size, 2 * size), _bias.narrow(0, size, 2 * size)).chunk(2, -1);
        var context = nn.functional.scaled_dot_product_attention(
            Heads(query, sequences.Batch, 1),
            Heads(keysAndValues[0], sequences.Batch, sequences.Length),
            Heads(keysAndValues[1], sequences.Batch, sequences.Length));             // [B, heads, 1, H / heads]
        var attended = _output.Forward(context.reshape(sequences.Batch, size));      // [B, H]
        return _feedForward.ForwardAdd(_norm.Forward(attended), attended).MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor rows, long batch, long length) => rows.reshape(batch, length, _heads, -1).transpose(1, 2);
}
