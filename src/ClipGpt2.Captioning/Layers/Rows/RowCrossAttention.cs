using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>What sequences look at beside themselves: keys and values made once of an encoder's states and kept in panels, which all sequences of an image share.</summary>
internal sealed unsafe class RowCrossAttention : IDisposable
{
    // Longer batches are multiplied in pieces of about so many positions, which bounds the memory of what lies between.
    private const int PieceRows = 2048;

    private readonly NativeFloats[] _panels; // one a block: [images, heads]
    private readonly int _images;
    private readonly int _positions;
    private readonly int[] _starts; // where each image's rows begin
    private readonly int[] _next;
    private int[] _rows = []; // image by image

    /// <summary>Makes the keys and values of all blocks.</summary>
    /// <param name="blocks">The blocks, each of which makes its keys and values in one product.</param>
    /// <param name="states">float32 [images, S, He] on the CPU.</param>
    public RowCrossAttention(IReadOnlyList<PreNormBlock> blocks, Tensor states)
    {
        (_images, _positions) = ((int)states.shape[0], (int)states.shape[1]);
        (_starts, _next) = (new int[_images + 1], new int[_images]);
        _panels = [.. blocks.Select(_ => new NativeFloats())];
        var piece = Math.Max(1, PieceRows / _positions);
        for (var first = 0; first < _images; first += piece)
        {
            LayOut(blocks, states, first, Math.Min(piece, _images - first));
        }
    }

    /// <summary>Says of which image each row of a pass is.</summary>
    public void Group(ReadOnlySpan<int> images)
    {
        if (_rows.Length < images.Length)
        {
            _rows = new int[images.Length];
        }

        Array.Clear(_starts);
        foreach (var image in images)
        {
            _starts[image + 1]++;
        }

        for (var image = 0; image < _images; image++)
        {
            _starts[image + 1] += _starts[image];
            _next[image] = _starts[image];
        }

        for (var row = 0; row < images.Length; row++)
        {
            _rows[_next[images[row]]++] = row;
        }
    }

    /// <summary>Lets each row look at its image's keys and values.</summary>
    /// <param name="layer">The block.</param>
    /// <param name="attention">Its cross-attention.</param>
    /// <param name="queries">[rows, H].</param>
    /// <param name="output">[rows, H].</param>
    /// <param name="inParallel">Whether the threads are free.</param>
    public void Run(int layer, Attention attention, RowView queries, RowView output, bool inParallel)
    {
        fixed (int* rows = _rows, starts = _starts)
        {
            var task = new CrossAttentionTask
            {
                Panels = _panels[layer].Pointer, Positions = _positions, Images = _images, Heads = attention.Heads, Size = attention.HeadSize, Scale = (float)attention.Scale,
                Queries = queries, Output = output, Rows = rows, Starts = starts,
            };
            if (inParallel)
            {
                KernelTasks.Run([task]);
            }
            else
            {
                task.Run(0, task.Units);
            }
        }
    }

    public void Dispose() => Array.ForEach(_panels, panels => panels.Dispose());

    private void LayOut(IReadOnlyList<PreNormBlock> blocks, Tensor states, int first, int images)
    {
        using var scope = NewDisposeScope();
        var rows = states.narrow(0, first, images).flatten(0, 1);
        for (var layer = 0; layer < blocks.Count; layer++)
        {
            var attention = blocks[layer].Cross!.Attention;
            var stride = attention.Heads * HeadPanels.Floats(_positions, attention.HeadSize);
            _panels[layer].Reserve(_images * stride);
            using var product = attention.Inputs[1].Forward(rows.to_type(attention.Inputs[1].ActivationType));
            using var keysAndValues = product.to_type(ScalarType.Float32);
            KernelTasks.Run([new HeadPanelsTask
            {
                First = (float*)RowTensor.First(keysAndValues), Pitch = keysAndValues.stride(0), Panels = _panels[layer].Pointer + (first * stride),
                Positions = _positions, Images = images, Heads = attention.Heads, Size = attention.HeadSize,
            }]);
        }
    }
}
