using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's pooling: one learned query attends to all patches, and an MLP refines what it found.</summary>
/// <remarks>Source: transformers' <c>SiglipMultiheadAttentionPoolingHead</c>. Safe from any number of threads.</remarks>
internal sealed class AttentionPooling
{
    private readonly Tensor _query;
    private readonly IReadOnlyList<Linear> _inputs = []; // of the query, and of keys and values
    private readonly Tensor? _weight;
    private readonly Tensor? _bias;
    private readonly Linear _output;
    private readonly LayerNorm _norm;
    private readonly FeedForward _feedForward;
    private readonly int _heads;

    public AttentionPooling(LayerLoader layers, string name, TransformerConfig config)
    {
        var size = config.HiddenSize;
        _heads = config.Heads;
        _query = layers.Weight($"{name}.probe", 1, 1, size);

        // Queries, keys and values in one matrix, as nn.MultiheadAttention has them; what is trained stays one.
        var (weight, bias) = ($"{name}.attention.in_proj_weight", $"{name}.attention.in_proj_bias");
        if (layers.Compute.Trainable)
        {
            _weight = layers.Weight(weight, 3L * size, size);
            _bias = layers.Weight(bias, 3L * size);
        }
        else
        {
            _inputs = layers.Parts(weight, bias, size, size, 2L * size);
        }

        _output = layers.Linear($"{name}.attention.out_proj", size, size);
        _norm = layers.Norm($"{name}.layernorm", size, config.Epsilon);
        _feedForward = FeedForward.Load(layers, $"{name}.mlp.fc1", $"{name}.mlp.fc2", config);
    }

    /// <summary>Pools rows [B * T, H] to [B, H].</summary>
    public Tensor Forward(Tensor x, Sequences sequences)
    {
        using var scope = NewDisposeScope();
        var size = x.shape[1];
        var query = Project(_query.view(1, size), 0, size).expand(sequences.Batch, size);
        var keysAndValues = Project(x, 1, 2 * size).chunk(2, -1);
        var context = ScaledAttention.Attend(
            Heads(query, sequences.Batch, 1),
            Heads(keysAndValues[0], sequences.Batch, sequences.Length),
            Heads(keysAndValues[1], sequences.Batch, sequences.Length));             // [B, heads, 1, H / heads]
        var attended = _output.Forward(context.reshape(sequences.Batch, size));      // [B, H]
        return _feedForward.ForwardAdd(_norm.Forward(attended), attended).MoveToOuterDisposeScope();
    }

    /// <summary>The query's product (0), or that of keys and values (1).</summary>
    private Tensor Project(Tensor x, int part, long outputs)
    {
        if (_weight is null)
        {
            return _inputs[part].Forward(x);
        }

        var first = part * x.shape[1];
        return nn.functional.linear(x, _weight.narrow(0, first, outputs), _bias!.narrow(0, first, outputs));
    }

    private Tensor Heads(Tensor rows, long batch, long length) => rows.reshape(batch, length, _heads, -1).transpose(1, 2);
}
