using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Causal self-attention: Hugging Face's <c>GPT2Attention</c>.</summary>
internal sealed class Gpt2Attention : IDisposable
{
    private readonly int _heads;
    private readonly double _weightDropout;
    private readonly double _residualDropout;

    public Gpt2Attention(Gpt2Config config, int layer, WeightLoader weights, string prefix)
    {
        _heads = config.Heads;
        _weightDropout = config.AttentionDropout;
        _residualDropout = config.ResidualDropout;
        Scale = config.AttentionScale(layer);
        Qkv = Gpt2Weights.Conv1D(weights, $"{prefix}.c_attn", config.HiddenSize, 3 * config.HiddenSize);
        Projection = Gpt2Weights.Conv1D(weights, $"{prefix}.c_proj", config.HiddenSize, config.HiddenSize);
    }

    /// <summary>What query-key products are multiplied by.</summary>
    public double Scale { get; }

    /// <summary>Query, key and value in one product.</summary>
    public Linear Qkv { get; }

    public Linear Projection { get; }

    /// <summary>The attention's output added to <paramref name="residual"/>.</summary>
    /// <param name="x">[B, T, H], normalised.</param>
    /// <param name="residual">[B, T, H].</param>
    /// <param name="mask">Where a query may look; see <see cref="CausalMask"/>.</param>
    /// <param name="past">The keys and values of the positions before, or null.</param>
    /// <param name="present">Those keys and values with the new ones after them.</param>
    /// <param name="dropout">The random zeros of a training pass, if any.</param>
    public Tensor Forward(Tensor x, Tensor residual, CausalMask mask, IKeyValueStore? past, out KeyValue present, LayerDropout dropout = default)
    {
        var (b, t, h) = (x.shape[0], x.shape[1], x.shape[2]);
        var qkv = Qkv.Forward(x, dropout.Adapters).view(b, t, 3, _heads, h / _heads).permute(2, 0, 3, 1, 4); // [3, B, heads, T, head size]
        var query = qkv[0];
        present = past is null ? new KeyValue(qkv[1], qkv[2]) : past.Append(qkv[1], qkv[2]);
        var y = dropout.Layers is not { } masks || _weightDropout == 0
            ? mask.Attend(query, present, Scale) // [B, heads, T, head size]
            : mask.Attend(query, present, Scale, weights => masks.Apply(weights, _weightDropout));
        return Projection.ForwardAdd(y.transpose(1, 2).reshape(b, t, h), residual, dropout, _residualDropout);
    }

    public void Dispose()
    {
        Qkv.Dispose();
        Projection.Dispose();
    }
}
