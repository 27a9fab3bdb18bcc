using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>How a pass over rows computes its products.</summary>
/// <remarks>What they read is written into <see cref="Input"/>; what they give is read at once, for the next product may overwrite it.</remarks>
internal abstract class RowProducts : IDisposable
{
    /// <summary>Chooses by the number of rows: straight over plain memory for few, through tensors for many.</summary>
    public static RowProducts Create(IReadOnlyList<PreNormBlock> blocks, int rows) =>
        rows <= blocks[0].Attention.Inputs[0].MaxPlainRows ? new PlainRowProducts(blocks, rows) : new TensorRowProducts(blocks[0], rows);

    /// <summary>The number of rows.</summary>
    public abstract int Rows { get; }

    /// <summary>[rows, H]: what a product reads.</summary>
    public abstract RowView Input { get; }

    /// <summary>A layer's product, [rows, out].</summary>
    public abstract RowView Multiply(Linear layer);

    /// <summary>A block's two linear layers with the activation between them, [rows, H].</summary>
    public abstract RowView Transform(FeedForward feedForward);

    public abstract void Dispose();
}
