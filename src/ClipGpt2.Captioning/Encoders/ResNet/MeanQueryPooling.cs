using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>The ModifiedResNet's pooling: the mean of all positions attends to itself and to them.</summary>
/// <remarks>Source: openai/CLIP's <c>AttentionPool2d</c>. Safe from any number of threads.</remarks>
internal sealed class MeanQueryPooling
{
    private readonly Tensor _positions;
    private readonly Attention _attention;
    private readonly Linear _projection;

    public MeanQueryPooling(LayerLoader layers, string name, ModifiedResNetConfig config)
    {
        var size = config.PooledSize;
        _positions = layers.Weight($"{name}.positional_embedding", 1 + ((long)config.Grid * config.Grid), size);
        IReadOnlyList<Linear> inputs = [layers.Linear($"{name}.q_proj", size, size), .. layers.Fused([$"{name}.k_proj", $"{name}.v_proj"], size, size)];
        _projection = layers.Linear($"{name}.c_proj", size, config.ProjectionSize);
        _attention = new Attention(inputs, _projection, config.Heads);
    }

    /// <summary>Pools maps [B, H, W, C] to [B, C].</summary>
    public Tensor Pool(Tensor maps)
    {
        using var scope = NewDisposeScope();
        var (batch, size) = (maps.shape[0], maps.shape[3]);
        var rows = maps.flatten(1, 2);                                                           // [B, H * W, C]
        var tokens = cat([rows.mean([1], keepdim: true), rows], 1).PlusInPlace(_positions);     // [B, 1 + H * W, C]
        return _attention.AttendFirst(tokens.view(-1, size), new Sequences(batch, tokens.shape[1])).MoveToOuterDisposeScope();
    }

    /// <summary>[B, C] to embeddings [B, D].</summary>
    public Tensor Project(Tensor pooled) => _projection.Forward(pooled);
}
