using ClipGpt2.Captioning.Layers.Rows;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>How a pass over rows computes its products.</summary>
/// <remarks>What they read is written into <see cref="Input"/>; what they give is read at once, for the next product may overwrite it.</remarks>
internal abstract class RowProducts : IDisposable
{
    /// <summary>Chooses by the number of rows: straight over plain memory for few, through tensors for many.</summary>
    public static RowProducts Create(Gpt2Config config, Gpt2Block[] blocks, int rows) =>
        rows <= blocks[0].Attention.Qkv.MaxPlainRows ? new PlainRowProducts(config, rows) : new TensorRowProducts(config, blocks[0], rows);

    /// <summary>The number of rows.</summary>
    public abstract int Rows { get; }

    /// <summary>[rows, H]: what a product reads.</summary>
    public abstract RowView Input { get; }

    /// <summary>[rows, 3 H].</summary>
    public abstract RowView Qkv(Gpt2Attention attention);

    /// <summary>Attention's last product, [rows, H].</summary>
    public abstract RowView Project(Gpt2Attention attention);

    /// <summary>The perceptron, [rows, H].</summary>
    public abstract RowView Perceive(Gpt2Mlp mlp);

    public abstract void Dispose();
}
